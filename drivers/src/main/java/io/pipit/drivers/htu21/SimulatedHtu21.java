package io.pipit.drivers.htu21;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.i2c.CheckedWords;
import io.pipit.drivers.i2c.Crc8;
import io.pipit.drivers.simulated.CommandChip;
import io.pipit.drivers.simulated.world.World;
import java.util.function.DoubleSupplier;

/**
 * The commands of an HTU21D or a Si7021 that do not hold the clock (their datasheets, section 5).
 */
final class SimulatedHtu21 extends CommandChip {
    /** The serial numbers' second parts; a Si7021's last sum is over all bytes. */
    private static final byte[] SERIAL_OF_HTU21D =
            CheckedWords.toBytes(Crc8.FROM_ZERO, 0x3200, 0x4854);

    private static final byte[] SERIAL_OF_SI7021 = {
        0x15, (byte) 0xFF, (byte) 0xB5, (byte) 0xFF, (byte) 0xFF, (byte) 0xCB
    };
    private final Model model;
    private final World world;
    private int user;

    SimulatedHtu21(Model model, BusClock clock, World world) {
        super(clock);
        this.model = model;
        this.world = world;
        forget();
    }

    @Override
    protected void command(byte[] bytes) {
        switch (bytes.length == 0 ? -1 : bytes[0] & 0xFF) {
            case 0xF3 -> measure(44_000_000, () -> (world.air().celsius() + 46.85) / 175.72, 0x0);
            case 0xF5 -> measure(14_000_000, () -> (world.air().percent() + 6) / 125, 0x2);
            case 0xFE -> {
                int heater = user & 0x04;
                forget();
                user |= heater;
                busyFor(13_000_000);
            }
            case 0xE7 -> answerAfter(0, () -> new byte[] {(byte) user});
            case 0xE6 -> {
                if (bytes.length == 2) {
                    user = (user & ~0x87) | (bytes[1] & 0x87);
                }
            }
            case 0xFC ->
                    answerAfter(
                            0, () -> model == Model.SI7021 ? SERIAL_OF_SI7021 : SERIAL_OF_HTU21D);
            default -> throw nak();
        }
    }

    private void measure(long nanos, DoubleSupplier share, int status) {
        boolean coarse = (user & 0x81) != 0;
        answerAfter(
                nanos,
                () -> {
                    int raw = Math.clamp(Math.round(share.getAsDouble() * 65_536), 0, 0xFFFF);
                    int kept = coarse ? ~0xFF : ~0x3;
                    return CheckedWords.toBytes(Crc8.FROM_ZERO, (raw & kept) | status);
                });
    }

    @Override
    protected void forget() {
        user = model == Model.SI7021 ? 0x3A : 0x02;
    }
}
