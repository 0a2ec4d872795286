package io.pipit.drivers.sht4x;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.i2c.CheckedWords;
import io.pipit.drivers.i2c.Crc8;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import java.time.Duration;
import java.util.List;

/**
 * An SHT4x, which measures on command alone and keeps no settings, so that a reset costs at most
 * one reading (SHT4x datasheet "Command Overview"). It has no ID but a serial number, behind
 * checksums as every word is: a chip that answers this command rightly is one.
 */
final class Sht4xSensor extends I2cSensor {

    private static final int MEASURE_HIGH_PRECISION = 0xFD;
    private static final int READ_SERIAL = 0x89;
    private static final int SOFT_RESET = 0x94;

    /** "System Timings": a soft reset takes at most 1 ms. */
    private static final Duration START_UP = Duration.ofMillis(2);

    /** "System Timings": at most 8.3 ms with high precision. */
    private static final Duration CONVERSION = Duration.ofMillis(9);

    private static final Duration POLL = Duration.ofMillis(1);

    private static final double PERCENT_AT_ZERO = -6;
    private static final double PERCENT_OF_ALL = 125;

    Sht4xSensor(I2cDevice device, BusClock clock) {
        super(device, clock);
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        device.send(SOFT_RESET);
        clock.pause(START_UP);
        device.send(READ_SERIAL);
        int[] serial = words(device, START_UP);
        if ((serial[0] | serial[1]) == 0) {
            throw wrongChip("is not an SHT4x: it has no serial number");
        }
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        device.send(MEASURE_HIGH_PRECISION);
        int[] raw = words(device, CONVERSION);
        return List.of(
                within("temperature", celsius(raw[0]), "Cel", -40, 125),
                within("humidity", percent(raw[1]), "%RH", 0, 100));
    }

    private int[] words(I2cDevice device, Duration wait)
            throws SensorException, InterruptedException {
        clock.pause(wait);
        return CheckedWords.of(device, Crc8.FROM_ONES, whenReady(2 * CheckedWords.BYTES, POLL));
    }

    /** "Conversion of Signal Output". */
    static double celsius(int raw) {
        return -45 + 175.0 * raw / 65_535;
    }

    /** The same, which has it that what is beyond 0 and 100 is cut off there. */
    static double percent(int raw) {
        return Math.clamp(PERCENT_AT_ZERO + PERCENT_OF_ALL * raw / 65_535, 0, 100);
    }
}
