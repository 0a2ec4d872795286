package io.pipit.drivers.bh1750;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.world.World;

/** The instructions of a BH1750 (BH1750FVI technical note) without its continuous modes. */
final class SimulatedBh1750 implements SimulatedChip {

    private static final int TIME_AFTER_POWER_ON = 69;

    private final BusClock clock;
    private final World world;
    private int time = TIME_AFTER_POWER_ON;
    private int result;
    private boolean measuring;
    private boolean fine;
    private boolean stuck;
    private long readyNs;

    SimulatedBh1750(BusClock clock, World world) {
        this.clock = clock;
        this.world = world;
    }

    @Override
    public void write(byte[] bytes) {
        settle();
        if (bytes.length != 1) {
            return;
        }
        int code = bytes[0] & 0xFF;
        if ((code & 0xF8) == 0x40) {
            time = (time & 0x1F) | ((code & 0x07) << 5);
        } else if ((code & 0xE0) == 0x60) {
            time = (time & 0xE0) | (code & 0x1F);
        } else if (code == 0x20 || code == 0x21) {
            fine = code == 0x21;
            measuring = true;
            // The typical 120 ms.
            readyNs = clock.nanoTime() + 120_000_000L * time / TIME_AFTER_POWER_ON;
        } else if (code == 0x00) {
            measuring = false;
        } else if (code == 0x07) {
            result = 0;
        }
    }

    @Override
    public byte[] read(int count) {
        settle();
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i % 2 == 0 ? result >> 8 : result);
        }
        return bytes;
    }

    private void settle() {
        if (measuring && !stuck && clock.nanoTime() >= readyNs) {
            measuring = false;
            double counts = world.lux() * 1.2 * time / TIME_AFTER_POWER_ON * (fine ? 2 : 1);
            result = (int) Math.min(Math.round(counts), 0xFFFF);
        }
    }

    @Override
    public void powerOn() {
        time = TIME_AFTER_POWER_ON;
        result = 0;
        measuring = false;
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
