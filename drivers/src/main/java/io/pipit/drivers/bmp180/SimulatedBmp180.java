package io.pipit.drivers.bmp180;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.Inverse;
import io.pipit.drivers.simulated.RegisterChip;
import io.pipit.drivers.simulated.world.World;
import java.util.Random;

/**
 * The registers of a BMP180 (BMP180 datasheet "Global Memory Map"). It computes in floating point,
 * and finds what the chip would have measured by trying, so that it proves the driver's integers.
 */
final class SimulatedBmp180 extends RegisterChip {

    private static final int CHIP_ID = 0x55;
    private static final int CONTROL = 0xF4;
    private static final int RESULT = 0xF6;
    private static final int RESULT_BITS = 19;

    /** The example of the datasheet: AC1 to AC6, B1, B2, MB, MC, MD. */
    private static final int[] OF_DATASHEET = {
        408, -72, -14_383, 32_741, 32_757, 23_153, 6190, 4, -32_768, -8711, 2868
    };

    private final BusClock clock;
    private final World world;
    private final Random factory;
    private int[] calibration = OF_DATASHEET;
    private int control;
    private int result = 0x800000;
    private boolean stuck;
    private long readyNs;

    SimulatedBmp180(BusClock clock, World world, long seed) {
        this.clock = clock;
        this.world = world;
        this.factory = new Random(seed);
    }

    @Override
    protected void settle() {
        if ((control & 0x20) == 0 || stuck || clock.nanoTime() < readyNs) {
            return;
        }
        int kind = control & 0x1F;
        int oversampling = control >> 6;
        double temperature =
                Inverse.leastThat((1 << 16) - 1, raw -> fine(raw) >= world.air().celsius() * 160);
        double fine = fine(temperature);
        if (kind == 0x0E) {
            result = (int) temperature << 8;
        } else if (kind == 0x14) {
            double pressure =
                    Inverse.leastThat(
                            (1 << RESULT_BITS) - 1,
                            raw -> pascals(fine, raw / 8.0) >= world.air().pascals());
            // The upper 16 bits, and one more with each doubling.
            result = ((int) pressure << 5) & (-1 << (8 - oversampling));
        }
        control &= ~0x20;
    }

    private double fine(double raw) {
        double x1 = (raw - calibration[5]) * calibration[4] / 32_768;
        return x1 + calibration[9] * 2048.0 / (x1 + calibration[10]);
    }

    private double pascals(double fine, double raw) {
        int[] c = calibration;
        double b6 = fine - 4000;
        double square = b6 * b6 / 4096;
        double b3 = c[0] + (c[7] * square / 2048 + c[1] * b6 / 2048) / 4;
        double x3 = (c[2] * b6 / 8192 + c[6] * square / 65_536) / 4;
        double b4 = c[3] * (x3 + 32_768) / 32_768;
        double p = (raw - b3) * 50_000 * 2 / b4;
        return p + (p * p / 65_536 * 3038 / 65_536 - 7357 * p / 65_536 + 3791) / 16;
    }

    @Override
    protected int load(int register) {
        if (register >= 0xAA && register < 0xC0) {
            int word = calibration[(register - 0xAA) / 2];
            return register % 2 == 0 ? (word >> 8) & 0xFF : word & 0xFF;
        }
        return switch (register) {
            case 0xD0 -> CHIP_ID;
            case CONTROL -> control;
            case RESULT, RESULT + 1, RESULT + 2 -> (result >> (8 * (RESULT + 2 - register))) & 0xFF;
            default -> 0;
        };
    }

    @Override
    protected void store(int register, int value) {
        if (register == CONTROL) {
            control = value;
            // The typical times of the datasheet.
            long samples = (value & 0x1F) == 0x14 ? 1L << (value >> 6) : 1;
            readyNs = clock.nanoTime() + 3_000_000 * samples;
        } else if (register == 0xE0 && value == 0xB6) {
            powerOn();
        }
    }

    @Override
    public void powerOn() {
        control = 0;
        result = 0x800000;
    }

    @Override
    public void swap() {
        calibration = OF_DATASHEET.clone();
        calibration[0] += factory.nextInt(-300, 300);
        calibration[3] += factory.nextInt(-900, 900);
        calibration[5] += factory.nextInt(-900, 900);
        powerOn();
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
