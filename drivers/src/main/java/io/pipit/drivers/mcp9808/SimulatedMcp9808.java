package io.pipit.drivers.mcp9808;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.WordChip;
import io.pipit.drivers.simulated.world.World;
import java.util.Arrays;

/** The registers of an MCP9808 (MCP9808 datasheet, DS25095), without its alert. */
final class SimulatedMcp9808 extends WordChip {

    private static final long CONVERSION_NS = 30_000_000;
    private static final int SHUT_DOWN = 0x0100;

    private final BusClock clock;
    private final World world;
    private final int[] registers = new int[9];
    private boolean stuck;
    private long readyNs;

    SimulatedMcp9808(BusClock clock, World world) {
        this.clock = clock;
        this.world = world;
        forget();
    }

    @Override
    protected void settle() {
        if (stuck || (registers[1] & SHUT_DOWN) != 0 || clock.nanoTime() < readyNs) {
            return;
        }
        int unused = 4 - 1 - registers[8];
        int sixteenths = (int) Math.round(world.air().celsius() * 16) & (-1 << unused);
        registers[5] = sixteenths & 0x1FFF;
    }

    @Override
    protected int load(int register) {
        return switch (register) {
            case 6 -> 0x0054;
            case 7 -> 0x0400;
            // One byte; what a longer read gets is undefined.
            case 8 -> registers[8] << 8;
            default -> register < registers.length ? registers[register] : 0;
        };
    }

    @Override
    public void write(byte[] bytes) {
        super.write(bytes);
        if (bytes.length == 2 && bytes[0] == 8) {
            registers[8] = bytes[1] & 0x03;
            readyNs = clock.nanoTime() + (CONVERSION_NS << registers[8]);
        }
    }

    @Override
    protected void store(int register, int value) {
        switch (register) {
            case 1 -> registers[1] = value & 0x07FF;
            case 2, 3, 4 -> registers[register] = value & 0x1FFC;
            default -> {
                // Read only, or nothing there.
            }
        }
    }

    @Override
    protected void forget() {
        Arrays.fill(registers, 0);
        registers[8] = 3;
        readyNs = clock.nanoTime() + (CONVERSION_NS << 3);
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
