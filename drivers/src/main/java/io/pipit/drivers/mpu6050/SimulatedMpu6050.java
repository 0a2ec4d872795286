package io.pipit.drivers.mpu6050;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.RegisterChip;
import io.pipit.drivers.simulated.world.Motion;
import io.pipit.drivers.simulated.world.World;
import java.util.Arrays;

/**
 * The registers of an MPU-6050 and its FIFO (MPU-6000/6050 register map). Its clock is up to 1 %
 * off (product specification section 6.6), by the specimen.
 */
final class SimulatedMpu6050 extends RegisterChip {

    private static final int ASLEEP = 0x40;
    private static final double GRAVITY = 9.80665;
    private static final int FIFO_BYTES = 1_024;
    private static final int OFF_PER_MILLE_MAX = 10;

    private final BusClock clock;
    private final World world;
    private final int[] registers = new int[128];
    private final byte[] fifo = new byte[FIFO_BYTES];
    private final double nanosPerMilli;
    private int fifoFirst;
    private int fifoCount;
    private boolean ranOver;
    private boolean stuck;
    private boolean fresh;
    private double nextNs;

    SimulatedMpu6050(BusClock clock, World world, long seed) {
        this.clock = clock;
        this.world = world;
        int off = Math.floorMod(seed, 2 * OFF_PER_MILLE_MAX + 1) - OFF_PER_MILLE_MAX;
        this.nanosPerMilli = 1e6 + 1e3 * off;
        powerOn();
    }

    /** How long a sample takes, as it is set now. */
    double periodNanos() {
        return nanosPerMilli * (1 + registers[0x19]);
    }

    @Override
    protected void settle() {
        if ((registers[0x6B] & ASLEEP) != 0 || stuck || clock.nanoTime() < nextNs) {
            return;
        }
        if ((registers[0x6A] & 0x40) == 0) {
            nextNs = clock.nanoTime() + periodNanos();
            sample();
            return;
        }
        // What would be written over anyway needs no world.
        double late = clock.nanoTime() - 2 * FIFO_BYTES * periodNanos() - nextNs;
        nextNs += Math.ceil(Math.max(0, late / periodNanos())) * periodNanos();
        for (; nextNs <= clock.nanoTime(); nextNs += periodNanos()) {
            sample();
            enqueue(0x08, 0x3B, 6);
            enqueue(0x80, 0x41, 2);
            enqueue(0x40, 0x43, 2);
            enqueue(0x20, 0x45, 2);
            enqueue(0x10, 0x47, 2);
        }
    }

    private void sample() {
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

    /** Where it is full the oldest byte goes, whatever it belongs to. */
    private void enqueue(int enable, int from, int count) {
        for (int i = from; (registers[0x23] & enable) != 0 && i < from + count; i++) {
            if (fifoCount == FIFO_BYTES) {
                fifoFirst = (fifoFirst + 1) % FIFO_BYTES;
                fifoCount--;
                ranOver = (registers[0x38] & 0x10) != 0;
            }
            fifo[(fifoFirst + fifoCount++) % FIFO_BYTES] = (byte) registers[i];
        }
    }

    private int dequeue() {
        if (fifoCount > 0) {
            registers[0x74] = fifo[fifoFirst] & 0xFF;
            fifoFirst = (fifoFirst + 1) % FIFO_BYTES;
            fifoCount--;
        }
        return registers[0x74];
    }

    private void put(int register, double share) {
        int raw = Math.clamp(Math.round(share * 32_768), Short.MIN_VALUE, Short.MAX_VALUE);
        registers[register] = (raw >> 8) & 0xFF;
        registers[register + 1] = raw & 0xFF;
    }

    @Override
    protected int load(int register) {
        if (register == 0x3A) {
            int status = (fresh ? 1 : 0) | (ranOver ? 0x10 : 0);
            fresh = false;
            ranOver = false;
            return status;
        }
        if (register == 0x72) {
            return fifoCount >> 8;
        }
        if (register == 0x73) {
            return fifoCount & 0xFF;
        }
        if (register == 0x74) {
            return dequeue();
        }
        return register < registers.length ? registers[register] : 0;
    }

    @Override
    protected int after(int register) {
        return register == 0x74 ? register : super.after(register);
    }

    @Override
    protected void store(int register, int value) {
        switch (register) {
            case 0x19, 0x1A, 0x1B, 0x1C, 0x23, 0x38, 0x6C -> registers[register] = value;
            case 0x6A -> {
                registers[0x6A] = value & 0x40;
                if ((value & 0x44) == 0x04) {
                    fifoCount = 0;
                }
            }
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
        ranOver = false;
        fifoCount = 0;
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
