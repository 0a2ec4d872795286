package io.pipit.drivers.sht4x;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.i2c.CheckedWords;
import io.pipit.drivers.i2c.Crc8;
import io.pipit.drivers.simulated.CommandChip;
import io.pipit.drivers.simulated.world.Air;
import io.pipit.drivers.simulated.world.World;
import java.util.Random;

/** The commands of an SHT4x (SHT4x datasheet "Command Overview") without its heater. */
final class SimulatedSht4x extends CommandChip {

    private final World world;
    private final Random factory;
    private int serial;

    SimulatedSht4x(BusClock clock, World world, long seed) {
        super(clock);
        this.world = world;
        this.factory = new Random(seed);
        this.serial = factory.nextInt(1, Integer.MAX_VALUE);
    }

    @Override
    protected void command(byte[] bytes) {
        switch (bytes.length == 1 ? bytes[0] & 0xFF : -1) {
            // High, medium and low precision; typical times of "System Timings".
            case 0xFD -> measure(6_900_000);
            case 0xF6 -> measure(3_700_000);
            case 0xE0 -> measure(1_300_000);
            case 0x89 ->
                    answerAfter(
                            0,
                            () ->
                                    CheckedWords.toBytes(
                                            Crc8.FROM_ONES, serial >>> 16, serial & 0xFFFF));
            case 0x94 -> busyFor(900_000);
            default -> throw nak();
        }
    }

    private void measure(long nanos) {
        answerAfter(
                nanos,
                () -> {
                    Air air = world.air();
                    return CheckedWords.toBytes(
                            Crc8.FROM_ONES,
                            raw((air.celsius() + 45) / 175),
                            raw((air.percent() + 6) / 125));
                });
    }

    private static int raw(double share) {
        return Math.clamp(Math.round(share * 65_535), 0, 65_535);
    }

    @Override
    protected void forget() {}

    @Override
    public void swap() {
        serial = factory.nextInt(1, Integer.MAX_VALUE);
        powerOn();
    }
}
