package io.pipit.drivers.ads1115;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.WordChip;
import io.pipit.drivers.simulated.world.World;

/** The registers of an ADS1115 (ADS1115 datasheet "Register Map"), without its comparator. */
final class SimulatedAds1115 extends WordChip {

    private static final int[] RATES = {8, 16, 32, 64, 128, 250, 475, 860};

    private final BusClock clock;
    private final World world;
    private final int[] registers = new int[4];
    private boolean converting;
    private boolean stuck;
    private long readyNs;

    SimulatedAds1115(BusClock clock, World world) {
        this.clock = clock;
        this.world = world;
        forget();
    }

    @Override
    protected void settle() {
        if (!converting || stuck || clock.nanoTime() < readyNs) {
            return;
        }
        Input input = Input.of(registers[1]);
        double volts = world.volts(input.plus());
        if (!input.isAgainstGround()) {
            volts -= world.volts(input.minus());
        }
        long raw = Math.round(volts / Range.of(registers[1]).volts() * 32_768);
        registers[0] = Math.clamp(raw, Short.MIN_VALUE, Short.MAX_VALUE) & 0xFFFF;
        converting = false;
        if ((registers[1] & 0x0100) == 0) {
            begin();
        }
    }

    private void begin() {
        converting = true;
        readyNs = clock.nanoTime() + 1_000_000_000L / RATES[(registers[1] >> 5) & 0x07];
    }

    @Override
    protected int load(int register) {
        if ((register & 3) == 1) {
            return registers[1] | (converting ? 0 : 0x8000);
        }
        return registers[register & 3];
    }

    @Override
    protected void store(int register, int value) {
        if (register == 1) {
            registers[1] = value & 0x7FFF;
            if ((value & 0x8000) != 0 || (value & 0x0100) == 0) {
                begin();
            }
        } else if (register == 2 || register == 3) {
            registers[register] = value;
        }
    }

    @Override
    protected void forget() {
        registers[0] = 0;
        registers[1] = 0x0583;
        registers[2] = 0x8000;
        registers[3] = 0x7FFF;
        converting = false;
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
