package io.pipit.drivers.ina219;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.WordChip;
import io.pipit.drivers.simulated.world.World;
import java.util.Arrays;

/** The registers of an INA219 on a shunt of 0.1 ohm (INA219 datasheet, "Register Details"). */
final class SimulatedIna219 extends WordChip {

    private static final double SHUNT_OHMS = 0.1;
    private static final int AFTER_RESET = 0x399F;

    private final BusClock clock;
    private final World world;
    private final int[] registers = new int[6];
    private boolean converting;
    private boolean stuck;
    private long readyNs;

    SimulatedIna219(BusClock clock, World world) {
        this.clock = clock;
        this.world = world;
        forget();
    }

    @Override
    protected void settle() {
        if (!converting || stuck || clock.nanoTime() < readyNs) {
            return;
        }
        int most = 4000 << ((registers[0] >> 11) & 0x03);
        long wanted = Math.round(world.supplyAmperes() * SHUNT_OHMS / 10e-6);
        int shunt = Math.clamp(wanted, -most, most);
        int bus = (int) Math.round(world.supplyVolts() / 0.004);
        int current = shunt * registers[5] / 4096;
        boolean overflow = current != (short) current;
        registers[1] = shunt & 0xFFFF;
        registers[4] = current & 0xFFFF;
        registers[3] = Math.abs(current) * bus / 5000 & 0xFFFF;
        registers[2] = ((bus << 3) | 0x2 | (overflow ? 0x1 : 0)) & 0xFFFF;
        // Continuous modes go on.
        converting = (registers[0] & 0x4) != 0;
        readyNs = clock.nanoTime() + conversionNs();
    }

    private long conversionNs() {
        int converter = (registers[0] >> 3) & 0x0F;
        int samples = converter < 8 ? 1 : 1 << (converter & 0x07);
        return 2L * 532_000 * samples;
    }

    @Override
    protected int load(int register) {
        return register < registers.length ? registers[register] : 0;
    }

    @Override
    protected void store(int register, int value) {
        if (register == 0 && (value & 0x8000) != 0) {
            forget();
        } else if (register == 0) {
            registers[0] = value & 0x3FFF;
            registers[2] &= ~0x2;
            converting = (value & 0x3) != 0;
            readyNs = clock.nanoTime() + conversionNs();
        } else if (register == 5) {
            registers[5] = value & 0xFFFE;
        }
    }

    @Override
    protected void forget() {
        Arrays.fill(registers, 0);
        registers[0] = AFTER_RESET;
        converting = true;
        readyNs = clock.nanoTime() + conversionNs();
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
