package io.pipit.drivers.bmx280;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.world.Air;
import java.util.function.Supplier;

/** A BMP280 for the simulated bus: temperature and pressure of whatever air it is given. */
final class SimulatedBmp280 extends BoschChip {

    private static final int CHIP_ID = 0x58;

    /**
     * A chip with the calibration of Bosch's example.
     *
     * @param clock what its conversions take their time from
     * @param air what it measures, asked at the end of each conversion
     * @param seed what the chips that take its place are like
     */
    SimulatedBmp280(BusClock clock, Supplier<Air> air, long seed) {
        super(CHIP_ID, false, clock, air, seed);
    }
}
