package io.pipit.drivers.mpu6050;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.RegisterChip;
import io.pipit.drivers.simulated.world.Motion;
import io.pipit.drivers.simulated.world.World;
import java.util.Arrays;

/** The registers of an MPU-6050 (MPU-6000/6050 register map), without its FIFO. */
final class SimulatedMpu6050 extends RegisterChip {

    private static final int ASLEEP = 0x40;
    private static final double GRAVITY = 9.80665;

    private final BusClock clock;
    private final World world;
    private final int[] registers = new int[128];
    private boolean stuck;
    private boolean fresh;
    private long nextNs;

    SimulatedMpu6050(BusClock clock, World world) {
        this.clock = clock;
        this.world = world;
        powerOn();
    }

    @Override
    protected void settle() {
        if ((registers[0x6B] & ASLEEP) != 0 || stuck || clock.nanoTime() < nextNs) {
            return;
        }
        nextNs = clock.nanoTime() + 1_000_000L * (1 + registers[0x19]);
        fresh = (registers[0x38] & 1) != 0;
        Motion motion = world.motion();
        double g = (2 << ((registers[0x1C] >> 3) & 0x03)) * GRAVITY;
        double turn = Math.toRadians(250 << ((registers[0x1B] >> 3) & 0x03));
        put(0x3B, motion.x() / g);
        put(0x3D, motion.y() / g);
        put(0x3F, motion.z() / g);
        put(0x41, (world.air().celsius() - 36.53) * 340 / 32_768);
        put(0x43, motion.aboutX() / turn);
        put(0x45, motion.aboutY() / turn);
        put(0x47, motion.aboutZ() / turn);
    }

    private void put(int register, double share) {
        int raw = Math.clamp(Math.round(share * 32_768), Short.MIN_VALUE, Short.MAX_VALUE);
        registers[register] = (raw >> 8) & 0xFF;
        registers[register + 1] = raw & 0xFF;
    }

    @Override
    protected int load(int register) {
        if (register == 0x3A) {
            int status = fresh ? 1 : 0;
            fresh = false;
            return status;
        }
        return register < registers.length ? registers[register] : 0;
    }

    @Override
    protected void store(int register, int value) {
        switch (register) {
            case 0x19, 0x1A, 0x1B, 0x1C, 0x38, 0x6C -> registers[register] = value;
            case 0x6B -> {
                if ((value & 0x80) != 0) {
                    powerOn();
                } else {
                    registers[0x6B] = value;
                    // The gyroscope starts.
                    nextNs = clock.nanoTime() + 30_000_000;
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
        registers[0x6B] = ASLEEP;
        registers[0x75] = 0x68;
        fresh = false;
    }

    @Override
    public void swap() {
        powerOn();
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
