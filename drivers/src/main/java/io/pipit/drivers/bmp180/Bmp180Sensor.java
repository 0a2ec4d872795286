package io.pipit.drivers.bmp180;

import static java.util.Objects.requireNonNull;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.BoschIds;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import io.pipit.drivers.i2c.Words;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A BMP180, which measures on command alone and keeps no settings (BMP180 datasheet "Measurement of
 * pressure and temperature"). What could go unnoticed is another chip with another calibration: so
 * the calibration is read again beside every result, and must be the same.
 */
final class Bmp180Sensor extends I2cSensor {

    private static final int CONTROL = 0xF4;
    private static final int RESULT = 0xF6;

    private static final int MEASURE_TEMPERATURE = 0x2E;
    private static final int MEASURE_PRESSURE = 0x34;
    private static final int OVERSAMPLING_SHIFT = 6;

    /** "Sco": set while it measures. */
    private static final int MEASURING = 0x20;

    /** What the result register holds after a power-on ("Global Memory Map"). */
    private static final int NOTHING_YET = 0x8000;

    private static final Duration TEMPERATURE = Duration.ofNanos(4_500_000);

    /**
     * "Hardware pressure sampling accuracy modes", the longest conversions for 1, 2, 4 and 8
     * samples.
     */
    private static final List<Duration> PRESSURE =
            List.of(
                    Duration.ofNanos(4_500_000),
                    Duration.ofNanos(7_500_000),
                    Duration.ofNanos(13_500_000),
                    Duration.ofNanos(25_500_000));

    private static final Duration POLL = Duration.ofMillis(1);
    private static final int TRIGGERS_MAX = 5;

    private final int oversampling;

    /** Null until the chip was checked. */
    private byte @Nullable [] calibration;

    Bmp180Sensor(I2cDevice device, BusClock clock, int oversampling) {
        super(device, clock);
        this.oversampling = oversampling;
    }

    @Override
    protected void start() throws SensorException {
        BoschIds.check(device, "BMP180");
        byte[] read = device.readAlike(3, Calibration.REGISTER, Calibration.BYTES);
        if (!Calibration.of(read).isPlausible()) {
            throw device.fault(
                    Category.IO, "has no calibration in its memory; it is broken or not genuine");
        }
        calibration = read;
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        byte[] known = requireNonNull(calibration);
        byte[] temperature = converted(MEASURE_TEMPERATURE, TEMPERATURE, 2);
        byte[] pressure =
                converted(
                        MEASURE_PRESSURE | (oversampling << OVERSAMPLING_SHIFT),
                        PRESSURE.get(oversampling),
                        3);
        if (!Arrays.equals(known, device.read(Calibration.REGISTER, Calibration.BYTES))) {
            throw lostSettings();
        }
        Calibration numbers = Calibration.of(known);
        int b5 = numbers.b5(Words.big(temperature, 0));
        int raw = ((Words.big(pressure, 0) << 8) | (pressure[2] & 0xFF)) >> (8 - oversampling);
        return List.of(
                within("temperature", Calibration.celsius(b5), "Cel", -40, 85),
                within("pressure", numbers.pascals(b5, raw, oversampling), "Pa", 30_000, 110_000));
    }

    private byte[] converted(int command, Duration longest, int bytes)
            throws SensorException, InterruptedException {
        trigger(command);
        clock.pause(longest);
        await(POLL, () -> (device.read(CONTROL) & MEASURING) == 0);
        byte[] result = device.readAlike(2, RESULT, bytes);
        if (Words.big(result, 0) == NOTHING_YET) {
            throw lostSettings();
        }
        if ((device.readAlike(2, CONTROL, 1)[0] & 0xFF) != (command & ~MEASURING)) {
            throw lostSettings();
        }
        return result;
    }

    /**
     * Starts a conversion and sees it run. Where it is over before we look, which a busy machine
     * may bring about, it cannot be told from one that never began, so that it is started again.
     */
    private void trigger(int command) throws SensorException {
        for (int attempt = 0; attempt < TRIGGERS_MAX; attempt++) {
            device.write(CONTROL, command);
            // One flipped bit could make a sleeping chip look busy.
            boolean once = device.read(CONTROL) == command;
            if (once && device.read(CONTROL) == command) {
                return;
            }
        }
        throw doesNotStart();
    }
}
