package io.pipit.drivers.scd4x;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.i2c.CheckedWords;
import io.pipit.drivers.i2c.Crc8;
import io.pipit.drivers.i2c.Words;
import io.pipit.drivers.simulated.CommandChip;
import io.pipit.drivers.simulated.world.Air;
import io.pipit.drivers.simulated.world.World;
import java.util.Random;

/**
 * The commands of an SCD4x that belong to its periodic measurement (SCD4x datasheet, "Basic
 * Commands" to 3.10). Nothing is persisted, so that a power-on brings the factory's settings back.
 */
final class SimulatedScd4x extends CommandChip {

    private static final long INTERVAL_NS = 5_000_000_000L;
    private static final long COMMAND_NS = 900_000;

    private final World world;
    private final Random factory;
    private int serial;
    private int offset;
    private int altitude;
    private int selfCalibration;
    private boolean periodic;
    private boolean stuckNow;
    private long nextNs;
    private int[] newest = {};

    SimulatedScd4x(BusClock clock, World world, long seed) {
        super(clock);
        this.world = world;
        this.factory = new Random(seed);
        this.serial = factory.nextInt(1, Integer.MAX_VALUE);
        forget();
    }

    @Override
    protected void command(byte[] bytes) {
        settle();
        int code = bytes.length >= 2 ? Words.big(bytes, 0) : -1;
        switch (code) {
            case 0xE4B8 -> answer(newest.length == 0 ? 0x8000 : 0x8006);
            case 0xEC05 -> {
                if (newest.length == 0) {
                    throw nak();
                }
                answer(newest);
                newest = new int[0];
            }
            case 0x3F86 -> {
                periodic = false;
                busyFor(490_000_000);
            }
            default -> {
                if (periodic) {
                    throw nak();
                }
                whileIdle(code, bytes);
            }
        }
    }

    private void whileIdle(int code, byte[] bytes) {
        switch (code) {
            case 0x21B1 -> {
                periodic = true;
                newest = new int[0];
                nextNs = clock.nanoTime() + INTERVAL_NS;
            }
            case 0x3646 -> {
                forget();
                busyFor(20_000_000);
            }
            case 0x3682 -> answer(0, serial >>> 16, serial & 0xFFFF);
            case 0x241D -> offset = argument(bytes);
            case 0x2318 -> answer(offset);
            case 0x2427 -> altitude = argument(bytes);
            case 0x2322 -> answer(altitude);
            case 0x2416 -> selfCalibration = argument(bytes);
            case 0x2313 -> answer(selfCalibration);
            default -> throw nak();
        }
    }

    private void answer(int... words) {
        byte[] bytes = CheckedWords.toBytes(Crc8.FROM_ONES, words);
        answerAfter(periodic ? 0 : COMMAND_NS, () -> bytes);
    }

    private static int argument(byte[] bytes) {
        if (bytes.length != 5 || !Crc8.FROM_ONES.matches(bytes, 2, 2)) {
            throw nak();
        }
        return Words.big(bytes, 2);
    }

    private void settle() {
        if (!periodic || stuckNow || clock.nanoTime() < nextNs) {
            return;
        }
        nextNs = clock.nanoTime() + INTERVAL_NS;
        Air air = world.air();
        newest =
                new int[] {
                    (int) Math.round(world.carbonDioxide()),
                    (int) Math.round((air.celsius() + 45) / 175 * 65_535),
                    (int) Math.round(air.percent() / 100 * 65_535)
                };
    }

    @Override
    protected void forget() {
        periodic = false;
        newest = new int[0];
        offset = 1498;
        altitude = 0;
        selfCalibration = 1;
    }

    @Override
    public void swap() {
        serial = factory.nextInt(1, Integer.MAX_VALUE);
        powerOn();
    }

    @Override
    public void stuck(boolean isStuck) {
        stuckNow = isStuck;
    }
}
