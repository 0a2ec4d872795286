package io.pipit.drivers;

import io.pipit.drivers.simulated.world.Air;
import io.pipit.drivers.simulated.world.Motion;
import io.pipit.drivers.simulated.world.World;
import java.util.Random;

/**
 * A world that stays as it is until somebody changes it, so that what is measured can be checked.
 */
public class StillWorld implements World {

    public Air air = new Air(21.5, 48, 101_325);
    public double lux = 320;
    public double carbonDioxide = 640;
    public double gasOhms = 100_000;
    public final double[] volts = {0.5, 1.1, 1.7, 2.3};
    public double supplyVolts = 5;
    public double supplyAmperes = 0.7;
    public double metres = 0.6;
    public Motion motion = new Motion(0.1, 0.2, 9.8, 0.01, 0.02, 0.03);

    /** Changes all of it, within what every chip can measure, and by more than its noise. */
    public void turn(Random random) {
        air =
                new Air(
                        random.nextDouble(-9, 59),
                        random.nextDouble(5, 95),
                        random.nextDouble(31_000, 109_000));
        lux = random.nextDouble(1, 30_000);
        carbonDioxide = random.nextDouble(400, 5_000);
        gasOhms = random.nextDouble(5_000, 500_000);
        for (int i = 0; i < volts.length; i++) {
            volts[i] = random.nextDouble(0, 3.3);
        }
        supplyVolts = random.nextDouble(0.5, 25.9);
        supplyAmperes = random.nextDouble(-3, 3);
        metres = random.nextDouble(0.05, 1.9);
        motion =
                new Motion(
                        random.nextDouble(-19, 19),
                        random.nextDouble(-19, 19),
                        random.nextDouble(-19, 19),
                        random.nextDouble(-4, 4),
                        random.nextDouble(-4, 4),
                        random.nextDouble(-4, 4));
    }

    @Override
    public Air air() {
        return air;
    }

    @Override
    public double lux() {
        return lux;
    }

    @Override
    public double carbonDioxide() {
        return carbonDioxide;
    }

    @Override
    public double gasOhms() {
        return gasOhms;
    }

    @Override
    public double volts(int input) {
        return volts[input];
    }

    @Override
    public double supplyVolts() {
        return supplyVolts;
    }

    @Override
    public double supplyAmperes() {
        return supplyAmperes;
    }

    @Override
    public double metres() {
        return metres;
    }

    @Override
    public Motion motion() {
        return motion;
    }
}
