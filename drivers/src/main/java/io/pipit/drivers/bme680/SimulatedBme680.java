package io.pipit.drivers.bme680;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.RegisterChip;
import io.pipit.drivers.simulated.world.Air;
import io.pipit.drivers.simulated.world.World;
import java.util.Arrays;
import java.util.Random;

/**
 * The registers of a BME680 or BME688 in forced mode with one step of its heater (their datasheets,
 * "Sensor modes" and "Global memory map"). A heater that is not told how hot and how long is not
 * stable.
 */
final class SimulatedBme680 extends RegisterChip {

    private static final int CHIP_ID = 0x61;
    private static final long SAMPLE_NS = 1_963_000;
    private static final long OVERHEAD_NS = 5_293_000;

    private final BusClock clock;
    private final World world;
    private final Random factory;
    private final boolean isBme688;
    private final int[] registers = new int[256];
    private Specimen specimen = Specimen.usual();
    private boolean converting;
    private boolean stuck;
    private long readyNs;

    SimulatedBme680(BusClock clock, World world, long seed, boolean isBme688) {
        this.isBme688 = isBme688;
        this.clock = clock;
        this.world = world;
        this.factory = new Random(seed);
        powerOn();
    }

    @Override
    protected void settle() {
        if (!converting || stuck || clock.nanoTime() < readyNs) {
            return;
        }
        converting = false;
        registers[0x74] &= ~0x03;
        Air air = world.air();
        int t = specimen.rawTemperature(air.celsius());
        double fine = specimen.fine(t);
        put20(0x22, samples(registers[0x74] >> 5) == 0 ? Calibration.SKIPPED_20_BIT : t);
        put20(
                0x1F,
                samples(registers[0x74] >> 2) == 0
                        ? Calibration.SKIPPED_20_BIT
                        : specimen.rawPressure(fine, air.pascals()));
        put16(
                0x25,
                samples(registers[0x72]) == 0
                        ? Calibration.SKIPPED_16_BIT
                        : specimen.rawHumidity(fine, air.percent()));
        boolean heated = heaterNs() > 0 && registers[0x5A] != 0;
        int stable = heated ? 0x30 : 0;
        if (isBme688) {
            put16(0x2C, Specimen.rawGasOfBme688(world.gasOhms()) | stable);
        } else {
            put16(0x2A, specimen.rawGas(world.gasOhms()) | stable);
        }
        registers[0x1D] = 0x80;
    }

    private static int samples(int code) {
        return (code & 0x07) == 0 ? 0 : 1 << (Math.min(code & 0x07, 5) - 1);
    }

    private long heaterNs() {
        if ((registers[0x71] & (isBme688 ? 0x20 : 0x10)) == 0) {
            return 0;
        }
        int code = registers[0x64];
        return (code & 0x3FL) * (1L << (2 * (code >> 6))) * 1_000_000;
    }

    @Override
    protected int load(int register) {
        return switch (register) {
            case 0xD0 -> CHIP_ID;
            case 0xF0 -> isBme688 ? 1 : 0;
            case 0x1D -> registers[0x1D] | (converting ? 0x20 : 0);
            default -> registers[register];
        };
    }

    @Override
    protected void store(int register, int value) {
        switch (register) {
            case 0xE0 -> {
                if (value == 0xB6) {
                    powerOn();
                }
            }
            case 0x5A, 0x64, 0x70, 0x71, 0x72, 0x75 -> registers[register] = value;
            case 0x74 -> {
                registers[0x74] = value;
                if ((value & 0x03) == 0x01 && !converting) {
                    converting = true;
                    registers[0x1D] = 0;
                    int samples =
                            samples(value >> 5) + samples(value >> 2) + samples(registers[0x72]);
                    readyNs = clock.nanoTime() + samples * SAMPLE_NS + OVERHEAD_NS + heaterNs();
                }
            }
            default -> {
                // Read only, or nothing there.
            }
        }
    }

    @Override
    public void powerOn() {
        Arrays.fill(registers, 0);
        converting = false;
        put20(0x1F, Calibration.SKIPPED_20_BIT);
        put20(0x22, Calibration.SKIPPED_20_BIT);
        put16(0x25, Calibration.SKIPPED_16_BIT);
        putCalibration();
    }

    @Override
    public void swap() {
        specimen = Specimen.random(factory);
        powerOn();
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }

    private void putCalibration() {
        Calibration c = specimen.c();
        int[] t = c.t();
        int[] p = c.p();
        int[] h = c.h();
        little(0xE9, t[0]);
        little(0x8A, t[1]);
        put(0x8C, t[2]);
        little(0x8E, p[0]);
        little(0x90, p[1]);
        put(0x92, p[2]);
        little(0x94, p[3]);
        little(0x96, p[4]);
        put(0x99, p[5]);
        put(0x98, p[6]);
        little(0x9C, p[7]);
        little(0x9E, p[8]);
        put(0xA0, p[9]);
        put(0xE3, h[0] >> 4);
        put(0xE2, (h[0] & 0x0F) | (h[1] << 4));
        put(0xE1, h[1] >> 4);
        for (int i = 2; i < h.length; i++) {
            put(0xE2 + i, h[i]);
        }
        put(0xED, c.g()[0]);
        little(0xEB, c.g()[1]);
        put(0xEE, c.g()[2]);
        put(0x02, c.heatRange() << 4);
        put(0x00, c.heatValue());
        put(0x04, c.rangeError() << 4);
    }

    private void put(int register, int value) {
        registers[register] = value & 0xFF;
    }

    private void little(int register, int value) {
        put(register, value);
        put(register + 1, value >> 8);
    }

    private void put16(int register, int value) {
        put(register, value >> 8);
        put(register + 1, value);
    }

    private void put20(int register, int value) {
        put16(register, value >> 4);
        put(register + 2, value << 4);
    }
}
