package io.pipit.drivers.tsl2561;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.RegisterChip;
import io.pipit.drivers.simulated.world.World;
import java.util.Arrays;

/**
 * The registers of a TSL2561 in a T package (TSL2561 datasheet, "Register Set"), in light of which
 * three tenths are infrared.
 */
final class SimulatedTsl2561 extends RegisterChip {

    private static final double INFRARED_SHARE = 0.3;
    private static final int[] TIMES_MS = {14, 101, 402, 402};

    private final BusClock clock;
    private final World world;
    private final int[] registers = new int[16];
    private boolean stuck;
    private long readyNs;

    SimulatedTsl2561(BusClock clock, World world) {
        this.clock = clock;
        this.world = world;
        powerOn();
    }

    @Override
    protected void settle() {
        if ((registers[0] & 0x03) != 0x03 || stuck || clock.nanoTime() < readyNs) {
            return;
        }
        int ms = TIMES_MS[registers[1] & 0x03];
        Exposure exposure = new Exposure(ms, (registers[1] & 0x10) != 0 ? 16 : 1);
        // What a diode of so much share sees: the formula of the datasheet, the other way round.
        double luxOfACount =
                (0.0304 - 0.062 * Math.pow(INFRARED_SHARE, 1.4)) * exposure.normalized(1);
        double all = world.lux() / luxOfACount;
        put(0xC, all);
        put(0xE, all * INFRARED_SHARE);
        readyNs = clock.nanoTime() + ms * 1_000_000L;
    }

    private void put(int register, double counts) {
        int whole = (int) Math.min(Math.round(counts), 0xFFFF);
        registers[register] = whole & 0xFF;
        registers[register + 1] = whole >> 8;
    }

    @Override
    protected int load(int register) {
        return (register & 0x80) == 0 ? 0 : registers[register & 0x0F];
    }

    @Override
    protected void store(int register, int value) {
        int address = register & 0x0F;
        if ((register & 0x80) == 0 || address > 6) {
            return;
        }
        registers[address] = address == 0 ? value & 0x03 : value;
        if (address == 0) {
            readyNs = clock.nanoTime() + TIMES_MS[registers[1] & 0x03] * 1_000_000L;
        }
    }

    @Override
    public void powerOn() {
        Arrays.fill(registers, 0);
        registers[1] = 0x02;
        registers[0xA] = 0x50;
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
