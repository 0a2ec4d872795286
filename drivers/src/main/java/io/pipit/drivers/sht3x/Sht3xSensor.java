package io.pipit.drivers.sht3x;

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
 * An SHT3x in single shot mode: it sleeps, and measures once for each reading (SHT3x-DIS datasheet
 * section 4.3). It has no ID, so it is known by what its status register does: a reset sets a flag
 * there, which a command clears ("Reset" and section 4.11). A checksum protects every word; the
 * status beside each result says whether the chip was reset since, and that its heater is off.
 */
final class Sht3xSensor extends I2cSensor {

    private static final int MEASURE_HIGH_REPEATABILITY = 0x2400;
    private static final int BREAK = 0x3093;
    private static final int SOFT_RESET = 0x30A2;
    private static final int CLEAR_STATUS = 0x3041;
    private static final int READ_STATUS = 0xF32D;

    private static final int HEATER_ON = 1 << 13;
    private static final int RESET_DETECTED = 1 << 4;
    private static final int COMMAND_FAILED = 1 << 1;

    /**
     * "Timing Specification for the Sensor System": a soft reset takes at most 1.5 ms; so does
     * stopping periodic measurements.
     */
    private static final Duration START_UP = Duration.ofMillis(2);

    /** "Timing Specification for the Sensor System": at most 15.5 ms with high repeatability. */
    private static final Duration CONVERSION = Duration.ofMillis(16);

    private static final Duration POLL = Duration.ofMillis(1);

    Sht3xSensor(I2cDevice device, BusClock clock) {
        super(device, clock);
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        // Where it measures periodically it takes no other command.
        command(BREAK);
        clock.pause(START_UP);
        command(SOFT_RESET);
        clock.pause(START_UP);
        if ((status() & RESET_DETECTED) == 0) {
            throw wrongChip("is not an SHT3x: it does not say that it was reset");
        }
        command(CLEAR_STATUS);
        checkStillOurs();
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        command(MEASURE_HIGH_REPEATABILITY);
        clock.pause(CONVERSION);
        int[] raw =
                CheckedWords.of(device, Crc8.FROM_ONES, whenReady(2 * CheckedWords.BYTES, POLL));
        checkStillOurs();
        return List.of(
                within("temperature", celsius(raw[0]), "Cel", -40, 125),
                within("humidity", percent(raw[1]), "%RH", 0, 100));
    }

    /** Section 4.13. */
    static double celsius(int raw) {
        return -45 + 175.0 * raw / 65_535;
    }

    /** Section 4.13. */
    static double percent(int raw) {
        return 100.0 * raw / 65_535;
    }

    private void checkStillOurs() throws SensorException {
        if ((status() & (HEATER_ON | RESET_DETECTED | COMMAND_FAILED)) != 0) {
            throw lostSettings();
        }
    }

    private int status() throws SensorException {
        command(READ_STATUS);
        return CheckedWords.of(device, Crc8.FROM_ONES, device.receive(CheckedWords.BYTES))[0];
    }

    private void command(int code) throws SensorException {
        device.send(code >> 8, code);
    }
}
