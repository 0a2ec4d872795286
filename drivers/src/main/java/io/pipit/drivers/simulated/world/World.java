package io.pipit.drivers.simulated.world;

/** All that a simulated chip can measure, as it is just now. Any thread. */
public interface World {

    Air air();

    /** How bright it is, in lux. */
    double lux();

    /** Carbon dioxide in the air, in parts per million. */
    double carbonDioxide();

    /** The resistance of a hot gas-sensitive layer, in ohm. */
    double gasOhms();

    /** The voltage at an input of a converter, against ground, in volts. */
    double volts(int input);

    /** The voltage of a supply, in volts. */
    double supplyVolts();

    /** What is drawn from that supply, in amperes. */
    double supplyAmperes();

    /** How far away the next thing is, in metres. */
    double metres();

    Motion motion();
}
