package io.pipit.drivers.aht20;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.i2c.Crc8;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import io.pipit.drivers.i2c.Words;
import java.time.Duration;
import java.util.List;

/**
 * An AHT20, which measures on command alone (AHT20 datasheet "Sensor Reading Process"). It has no
 * ID: it is known by a status that says that its calibration is in use, and by the checksum of its
 * results. It sends its last result until it has another, so it is seen to measure before one is
 * believed.
 */
final class Aht20Sensor extends I2cSensor {

    private static final int INITIALISE = 0xBE;
    private static final int MEASURE = 0xAC;
    private static final int SOFT_RESET = 0xBA;

    private static final int BUSY = 0x80;
    private static final int CALIBRATED = 0x08;

    /** Status, 20 bits of humidity, 20 bits of temperature, checksum. */
    private static final int RESULT_BYTES = 7;

    /** "Soft Reset": a soft reset takes at most 20 ms. */
    private static final Duration START_UP = Duration.ofMillis(20);

    /** "Sensor Reading Process": initialisation takes 10 ms. */
    private static final Duration INITIALISATION = Duration.ofMillis(10);

    /** "Sensor Reading Process": a measurement takes 80 ms. */
    private static final Duration CONVERSION = Duration.ofMillis(80);

    private static final Duration POLL = Duration.ofMillis(5);

    Aht20Sensor(I2cDevice device, BusClock clock) {
        super(device, clock);
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        device.send(SOFT_RESET);
        clock.pause(START_UP);
        if ((status() & CALIBRATED) == 0) {
            device.send(INITIALISE, 0x08, 0x00);
            clock.pause(INITIALISATION);
        }
        int status = status();
        if ((status & (BUSY | CALIBRATED)) != CALIBRATED || status != status()) {
            throw wrongChip("is not an AHT20: its status is 0x%02x".formatted(status));
        }
        // Only a result has a checksum.
        List<Measurement> _ = measure();
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        device.send(MEASURE, 0x33, 0x00);
        // One flipped bit could make an idle chip look busy.
        boolean once = isBusy();
        if (!once || !isBusy()) {
            throw doesNotStart();
        }
        clock.pause(CONVERSION);
        await(POLL, () -> !isBusy());
        byte[] result = device.receive(RESULT_BYTES);
        if (!Crc8.FROM_ONES.matches(result, 0, RESULT_BYTES - 1)) {
            throw device.wrongChecksum();
        }
        if ((result[0] & (BUSY | CALIBRATED)) != CALIBRATED) {
            throw lostSettings();
        }
        int humidity = (Words.big(result, 1) << 4) | ((result[3] & 0xF0) >> 4);
        int temperature = ((result[3] & 0x0F) << 16) | Words.big(result, 4);
        return List.of(
                within("temperature", celsius(temperature), "Cel", -40, 85),
                within("humidity", percent(humidity), "%RH", 0, 100));
    }

    /** "Temperature Conversion". */
    static double celsius(int raw) {
        return 200.0 * raw / (1 << 20) - 50;
    }

    /** "Relative Humidity Conversion". */
    static double percent(int raw) {
        return 100.0 * raw / (1 << 20);
    }

    private boolean isBusy() throws SensorException {
        return (status() & BUSY) != 0;
    }

    private int status() throws SensorException {
        return device.receive(1)[0] & 0xFF;
    }
}
