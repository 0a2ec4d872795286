package io.pipit.drivers.veml7700;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.WordChip;
import io.pipit.drivers.simulated.world.World;
import java.util.Arrays;

/** The registers of a VEML7700 (VEML7700 datasheet, "Command Register Format"). */
final class SimulatedVeml7700 extends WordChip {

    private final BusClock clock;
    private final World world;
    private final int[] registers = new int[8];
    private boolean stuck;
    private long readyNs;

    SimulatedVeml7700(BusClock clock, World world) {
        this.clock = clock;
        this.world = world;
        forget();
    }

    @Override
    protected void settle() {
        if ((registers[0] & 1) != 0 || stuck || clock.nanoTime() < readyNs) {
            return;
        }
        Exposure exposure = exposure();
        int low = 0;
        int high = 0xFFFF;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (exposure.lux(middle) >= world.lux()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        registers[4] = low;
        readyNs = clock.nanoTime() + exposure.ms() * 1_000_000L;
    }

    /** The one that goes with the configuration; what means nothing counts as 100 ms. */
    private Exposure exposure() {
        int bits = registers[0] & 0x1BC0;
        for (String gain : Exposure.GAINS) {
            for (int ms = 25; ms <= 800; ms *= 2) {
                Exposure exposure = new Exposure(ms, gain);
                if (exposure.bits() == bits) {
                    return exposure;
                }
            }
        }
        return new Exposure(100, "1");
    }

    // Its words travel with the less significant byte first.

    @Override
    protected int load(int register) {
        int value =
                switch (register) {
                    case 7 -> 0xC481;
                    case 0, 1, 2, 3, 4, 5, 6 -> registers[register];
                    default -> 0;
                };
        return Short.reverseBytes((short) value) & 0xFFFF;
    }

    @Override
    protected void store(int register, int value) {
        if (register <= 3) {
            registers[register] = Short.reverseBytes((short) value) & 0xFFFF;
            if (register == 0) {
                readyNs = clock.nanoTime() + exposure().ms() * 1_000_000L + 2_500_000;
            }
        }
    }

    @Override
    protected void forget() {
        Arrays.fill(registers, 0);
        registers[0] = 1;
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
