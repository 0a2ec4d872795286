package io.pipit.drivers.sht3x;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.i2c.CheckedWords;
import io.pipit.drivers.i2c.Crc8;
import io.pipit.drivers.i2c.Words;
import io.pipit.drivers.simulated.CommandChip;
import io.pipit.drivers.simulated.world.Air;
import io.pipit.drivers.simulated.world.World;

/** The commands of an SHT3x (SHT3x-DIS datasheet section 4) without its periodic modes. */
final class SimulatedSht3x extends CommandChip {

    private static final int STATUS_AFTER_POWER_ON = 0x8010;

    private final World world;
    private int status = STATUS_AFTER_POWER_ON;

    SimulatedSht3x(BusClock clock, World world) {
        super(clock);
        this.world = world;
    }

    @Override
    protected void command(byte[] bytes) {
        int code = bytes.length == 2 ? Words.big(bytes, 0) : -1;
        switch (code) {
            // High, medium and low repeatability; typical times of "Timing Specification".
            case 0x2400 -> measure(12_500_000);
            case 0x240B -> measure(4_500_000);
            case 0x2416 -> measure(2_500_000);
            case 0x3093 -> busyFor(900_000);
            case 0x30A2 -> {
                forget();
                busyFor(900_000);
            }
            case 0x3041 -> status &= ~0x8C13;
            case 0x306D -> status |= 1 << 13;
            case 0x3066 -> status &= ~(1 << 13);
            case 0xF32D -> answerAfter(0, () -> CheckedWords.toBytes(Crc8.FROM_ONES, status));
            default -> {
                status |= 1 << 1;
                throw nak();
            }
        }
    }

    private void measure(long nanos) {
        answerAfter(
                nanos,
                () -> {
                    Air air = world.air();
                    boolean heated = (status & 1 << 13) != 0;
                    double celsius = air.celsius() + (heated ? 5 : 0);
                    return CheckedWords.toBytes(
                            Crc8.FROM_ONES, raw((celsius + 45) / 175), raw(air.percent() / 100));
                });
    }

    private static int raw(double share) {
        return Math.clamp(Math.round(share * 65_535), 0, 65_535);
    }

    @Override
    protected void forget() {
        status = STATUS_AFTER_POWER_ON;
    }
}
