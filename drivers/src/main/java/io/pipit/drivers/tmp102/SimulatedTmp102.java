package io.pipit.drivers.tmp102;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.WordChip;
import io.pipit.drivers.simulated.world.World;

/** The registers of a TMP102 (TMP102 datasheet "Programming"), without its alert. */
final class SimulatedTmp102 extends WordChip {

    /** The typical time of a conversion ("Electrical Characteristics"). */
    private static final long CONVERSION_NS = 26_000_000;

    private static final int SHUT_DOWN = 0x0100;

    private final BusClock clock;
    private final World world;
    private final int[] registers = new int[4];
    private boolean converting;
    private boolean stuck;
    private long readyNs;

    SimulatedTmp102(BusClock clock, World world) {
        this.clock = clock;
        this.world = world;
        forget();
    }

    @Override
    protected void settle() {
        if (converting && !stuck && clock.nanoTime() >= readyNs) {
            boolean extended = (registers[1] & 0x10) != 0;
            int sixteenths = (int) Math.round(world.air().celsius() * 16);
            registers[0] = (extended ? (sixteenths << 3) | 1 : sixteenths << 4) & 0xFFFF;
            converting = (registers[1] & SHUT_DOWN) == 0;
            readyNs = clock.nanoTime() + 250_000_000;
        }
    }

    @Override
    protected int load(int register) {
        if ((register & 3) == 1) {
            boolean oneShotDone = (registers[1] & SHUT_DOWN) != 0 && !converting;
            return registers[1] | (oneShotDone ? 0x8000 : 0);
        }
        return registers[register & 3];
    }

    @Override
    protected void store(int register, int value) {
        if (register == 1) {
            registers[1] = (value & 0x1FD0) | 0x6000;
            boolean shutDown = (value & SHUT_DOWN) != 0;
            if (shutDown && converting) {
                // It may be waiting for the next conversion; no more than one is finished.
                readyNs = Math.min(readyNs, clock.nanoTime() + CONVERSION_NS);
            }
            if (!shutDown || ((value & 0x8000) != 0 && !converting)) {
                converting = true;
                readyNs = clock.nanoTime() + CONVERSION_NS;
            }
        } else if (register == 2 || register == 3) {
            registers[register] = value & 0xFFF0;
        }
    }

    @Override
    protected void forget() {
        registers[0] = 0;
        registers[1] = 0x6080;
        registers[2] = 0x4B00;
        registers[3] = 0x5000;
        converting = true;
        readyNs = clock.nanoTime() + CONVERSION_NS;
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
