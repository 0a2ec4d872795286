package io.pipit.drivers.htu21;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.i2c.CheckedWords;
import io.pipit.drivers.i2c.Crc8;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * An HTU21D or Si7021, which measure on command without holding the clock (HTU21D(F) datasheet "I2C
 * communication", Si7021-A20 datasheet section 5). A checksum protects every result, and its lowest
 * bits say which quantity it is. The settings stay as the chip wakes up with them, so that a reset
 * changes nothing; what could be wrong with them is seen in the user register.
 */
final class Htu21Sensor extends I2cSensor {

    private static final int MEASURE_TEMPERATURE = 0xF3;
    private static final int MEASURE_HUMIDITY = 0xF5;
    private static final int SOFT_RESET = 0xFE;
    private static final int USER_REGISTER = 0xE7;
    private static final int WRITE_USER_REGISTER = 0xE6;
    private static final int[] READ_SECOND_PART_OF_SERIAL = {0xFC, 0xC9};

    /** Two bytes and a sum, and again. */
    private static final int SERIAL_BYTES = 6;

    /** The resolution, 12 and 14 bits where it is zero, and the heater. */
    private static final int RESOLUTION_AND_HEATER = 0x85;

    private static final int HEATER = 0x04;

    /** The two lowest bits of a result, of which the upper is set where it is a humidity. */
    private static final int STATUS = 0x03;

    private static final int IS_HUMIDITY = 0x02;

    /** A soft reset takes at most 15 ms. */
    private static final Duration START_UP = Duration.ofMillis(15);

    /** The HTU21D, the slower of the two, takes at most 50 ms for 14 bits. */
    private static final Duration TEMPERATURE = Duration.ofMillis(50);

    /** The Si7021, which measures the temperature too, takes at most 22.8 ms. */
    private static final Duration HUMIDITY = Duration.ofMillis(23);

    private static final Duration POLL = Duration.ofMillis(2);

    private final Model model;

    Htu21Sensor(Model model, I2cDevice device, BusClock clock) {
        super(device, clock);
        this.model = model;
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        device.send(SOFT_RESET);
        clock.pause(START_UP);
        device.send(READ_SECOND_PART_OF_SERIAL);
        byte[] serial = device.receive(SERIAL_BYTES);
        if (Arrays.equals(serial, new byte[SERIAL_BYTES])) {
            throw wrongChip("has no serial number, as an HTU21D or Si7021 has");
        }
        if (!isWhole(serial)) {
            throw device.wrongChecksum();
        }
        String complaint = model.complaintAbout(serial[0] & 0xFF);
        if (complaint != null) {
            throw wrongChip(complaint);
        }
        // The heater outlives a soft reset.
        int user = device.readAlike(2, USER_REGISTER, 1)[0] & 0xFF;
        if ((user & HEATER) != 0) {
            device.write(WRITE_USER_REGISTER, user & ~HEATER);
        }
        checkSettings();
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        int temperature = measure(MEASURE_TEMPERATURE, TEMPERATURE, 0);
        int humidity = measure(MEASURE_HUMIDITY, HUMIDITY, IS_HUMIDITY);
        checkSettings();
        return List.of(
                within("temperature", celsius(temperature), "Cel", -40, 125),
                within("humidity", percent(humidity), "%RH", 0, 100));
    }

    /**
     * The second sum is over the two bytes before it, or, on a Si7021, over all four: one that was
     * read as 15 FF B5 FF FF CB has CB as the sum of 15 FF FF FF.
     */
    static boolean isWhole(byte[] serial) {
        byte[] four = {serial[0], serial[1], serial[3], serial[4], serial[5]};
        return Crc8.FROM_ZERO.matches(serial, 0, 2)
                && (Crc8.FROM_ZERO.matches(serial, 3, 2) || Crc8.FROM_ZERO.matches(four, 0, 4));
    }

    private int measure(int command, Duration longest, int kind)
            throws SensorException, InterruptedException {
        device.send(command);
        clock.pause(longest);
        int raw = CheckedWords.of(device, Crc8.FROM_ZERO, whenReady(CheckedWords.BYTES, POLL))[0];
        if ((raw & IS_HUMIDITY) != kind) {
            throw doesNotStart();
        }
        return raw & ~STATUS;
    }

    /** "Conversion of signal output"; the Si7021's is the same ("Measuring Temperature"). */
    static double celsius(int raw) {
        return -46.85 + 175.72 * raw / 65_536;
    }

    /**
     * The same; what is beyond 0 and 100 is to be cut off there (Si7021-A20 "Measuring Relative
     * Humidity").
     */
    static double percent(int raw) {
        return Math.clamp(-6 + 125.0 * raw / 65_536, 0, 100);
    }

    private void checkSettings() throws SensorException {
        if ((device.readAlike(2, USER_REGISTER, 1)[0] & RESOLUTION_AND_HEATER) != 0) {
            throw lostSettings();
        }
    }
}
