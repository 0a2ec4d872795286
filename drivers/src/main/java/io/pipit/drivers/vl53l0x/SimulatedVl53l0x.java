package io.pipit.drivers.vl53l0x;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.RegisterChip;
import io.pipit.drivers.simulated.world.World;
import java.util.Arrays;

/**
 * The registers of a VL53L0X as far as they are known (ST's datasheet, Linux' vl53l0x-i2c.c). What
 * is beyond two metres it does not see.
 */
final class SimulatedVl53l0x extends RegisterChip {

    private static final int RESULT = 0x14;
    private static final int RESULT_END = RESULT + 12;
    private static final int MEASURING_MS = 33;
    private static final double METRES_MAX = 2;

    private final BusClock clock;
    private final World world;
    private final int[] registers = new int[256];
    private boolean stuck;
    private boolean measuring;
    private long readyNs;

    SimulatedVl53l0x(BusClock clock, World world) {
        this.clock = clock;
        this.world = world;
        powerOn();
    }

    @Override
    protected void settle() {
        if (!measuring || stuck || clock.nanoTime() < readyNs) {
            return;
        }
        measuring = false;
        registers[0x00] = 0;
        if ((registers[0x01] & 0xC0) != 0xC0) {
            // Without its steps: a value that looks like one.
            finish(11, 1234);
            return;
        }
        boolean isInSight = world.metres() <= METRES_MAX;
        int millimetres = isInSight ? (int) Math.round(world.metres() * 1000) : 8190;
        finish(isInSight ? 11 : 4, millimetres);
    }

    private void finish(int status, int millimetres) {
        Arrays.fill(registers, RESULT, RESULT_END, 0x5A);
        registers[RESULT] = status << 3 | 1;
        registers[RESULT_END - 2] = millimetres >> 8;
        registers[RESULT_END - 1] = millimetres & 0xFF;
        registers[0x13] = registers[0x0A] & 0x07;
    }

    @Override
    protected int load(int register) {
        return registers[register];
    }

    @Override
    protected void store(int register, int value) {
        switch (register) {
            case 0x00 -> {
                registers[0x00] = value;
                if ((value & 1) != 0) {
                    measuring = true;
                    readyNs = clock.nanoTime() + MEASURING_MS * 1_000_000L;
                }
            }
            case 0x01, 0x0A -> registers[register] = value;
            case 0x0B -> {
                if ((value & 1) != 0) {
                    registers[0x13] = 0;
                }
            }
            default -> {
                // The results and the ID can't be written, and the rest is not known.
            }
        }
    }

    @Override
    public void powerOn() {
        measuring = false;
        Arrays.fill(registers, 0);
        registers[0x01] = 0xFF;
        registers[0xC0] = 0xEE;
        registers[0xC1] = 0xAA;
        registers[0xC2] = 0x10;
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
