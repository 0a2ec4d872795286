package io.pipit.drivers.tmp102;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import java.time.Duration;
import java.util.List;

/**
 * A TMP102 in one-shot mode: it is shut down, and measures once for each reading (TMP102 datasheet
 * "One-Shot and Conversion Ready"). It has no ID, so it is known by the bits of its configuration
 * that nobody can change ("Configuration Register"). The alert is not used: its lower limit holds a
 * number that no chip wakes up with, and must still be there beside each result.
 */
final class Tmp102Sensor extends I2cSensor {

    private static final int TEMPERATURE = 0;
    private static final int CONFIGURATION = 1;
    private static final int LOWER_LIMIT = 2;

    private static final int ONE_SHOT = 0x8000;
    private static final int SHUT_DOWN = 0x0100;

    /** The conversion rate as it comes, which one-shot mode has no use for. */
    private static final int RATE = 0x0080;

    /** "R1, R0": always set; and the four bits that do not exist. */
    private static final int UNCHANGEABLE = 0x600F;

    private static final int UNCHANGEABLE_ARE = 0x6000;

    /** What says nothing about our settings: the alert, which is set as the temperature is. */
    private static final int ALERT = 0x0020;

    private static final int IDLE = UNCHANGEABLE_ARE | SHUT_DOWN | RATE;

    /** -54.75 degrees. */
    private static final int LOWER_LIMIT_WHEN_OURS = 0xC940;

    /** "Electrical Characteristics": at most 35 ms. */
    private static final Duration CONVERSION = Duration.ofMillis(35);

    private static final Duration POLL = Duration.ofMillis(2);

    private static final int TRIGGERS_MAX = 5;

    Tmp102Sensor(I2cDevice device, BusClock clock) {
        super(device, clock);
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        // What cannot be changed is tried to: a chip that takes it is another one.
        device.writeWord(CONFIGURATION, (IDLE ^ UNCHANGEABLE) & 0xFFFF);
        int configuration = device.readWordAlike(CONFIGURATION);
        if ((configuration & UNCHANGEABLE) != UNCHANGEABLE_ARE) {
            throw wrongChip(
                    "is not a TMP102: its configuration is 0x%04x".formatted(configuration));
        }
        // It may be in the middle of a conversion of its own.
        clock.pause(CONVERSION);
        device.writeWord(LOWER_LIMIT, LOWER_LIMIT_WHEN_OURS);
        device.writeWord(CONFIGURATION, IDLE);
        checkStillOurs();
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        trigger();
        clock.pause(CONVERSION);
        await(POLL, () -> (device.readWord(CONFIGURATION) & ONE_SHOT) != 0);
        int raw = device.readWordAlike(TEMPERATURE);
        checkStillOurs();
        if ((raw & 0x0F) != 0) {
            // The lowest bit says that the chip is in its extended mode, which is not ours.
            throw lostSettings();
        }
        return List.of(within("temperature", celsius(raw), "Cel", -40, 125));
    }

    /** "Temperature Register": 16 to the degree in the upper twelve bits. */
    static double celsius(int raw) {
        return ((short) raw >> 4) / 16.0;
    }

    /** While it converts, the bit that starts it reads as zero ("One-Shot"). */
    private void trigger() throws SensorException {
        for (int attempt = 0; attempt < TRIGGERS_MAX; attempt++) {
            device.writeWord(CONFIGURATION, IDLE | ONE_SHOT);
            int state = device.readWord(CONFIGURATION);
            if ((state & ONE_SHOT) == 0 && state == device.readWord(CONFIGURATION)) {
                return;
            }
        }
        throw doesNotStart();
    }

    private void checkStillOurs() throws SensorException {
        int configuration = device.readWordAlike(CONFIGURATION) & ~(ALERT | ONE_SHOT);
        if (configuration != IDLE || device.readWordAlike(LOWER_LIMIT) != LOWER_LIMIT_WHEN_OURS) {
            throw lostSettings();
        }
    }
}
