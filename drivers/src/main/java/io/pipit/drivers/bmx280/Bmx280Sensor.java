package io.pipit.drivers.bmx280;

import static java.util.Objects.requireNonNull;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.BoschIds;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A BMP280 or BME280 in forced mode: it sleeps, and measures once for each reading (BME280
 * datasheet "Forced mode"). Lives on the thread of its bus.
 *
 * <p>Nothing on the wire is protected by a checksum, and the chip may lose its power at any time or
 * be another one afterwards. So whatever stands still is read twice, the calibration three times,
 * since it is believed for long; the control registers are set once, to values that no chip wakes
 * up with, before the calibration is read, and must still be there beside each result; and a
 * conversion is seen to run before its result is believed.
 */
final class Bmx280Sensor extends I2cSensor {
    private static final int RESET = 0xE0;
    private static final int CTRL_HUM = 0xF2;
    private static final int STATUS = 0xF3;
    private static final int CTRL_MEAS = 0xF4;
    private static final int CONFIG = 0xF5;

    private static final int RESET_WORD = 0xB6;
    private static final int MEASURING = 0x08;
    private static final int COPYING_CALIBRATION = 0x01;
    private static final int MODE = 0x03;
    private static final int FORCED = 0x01;

    /**
     * A standby time of 1 s, without filter. Forced mode has no use for it, but a chip that was
     * reset has forgotten it.
     */
    private static final int CONFIG_WHEN_OURS = 0b101_000_00;

    /** Registers 0xF2 to 0xFE: control, status and results. */
    private static final int RESULT_BYTES = 13;

    /** "Start-up time": at most 2 ms. */
    private static final Duration START_UP = Duration.ofMillis(2);

    private static final Duration POLL = Duration.ofMillis(1);
    private static final int POLLS_MAX = 20;
    private static final int TRIGGERS_MAX = 5;

    private static final double CELSIUS_MIN = -40;
    private static final double CELSIUS_MAX = 85;
    private static final double PASCALS_MIN = 30_000;
    private static final double PASCALS_MAX = 110_000;

    private final Chip chip;
    private final Oversampling oversampling;

    /** Null until the chip was checked. */
    private @Nullable Calibration calibration;

    Bmx280Sensor(Chip chip, I2cDevice device, BusClock clock, Oversampling oversampling) {
        super(device, clock);
        this.chip = chip;
        this.oversampling = oversampling;
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        return measured(requireNonNull(calibration), converted());
    }

    /** Checks the chip, resets it, sets it up and reads its calibration. */
    @Override
    protected void start() throws SensorException, InterruptedException {
        checkId();
        device.write(RESET, RESET_WORD);
        clock.pause(START_UP);
        awaitCalibrationCopy();
        if (chip.measuresHumidity) {
            // Takes effect with the write to ctrl_meas (section 5.4.3).
            device.write(CTRL_HUM, oversampling.humidityBits());
        }
        device.write(CONFIG, CONFIG_WHEN_OURS);
        device.write(CTRL_MEAS, oversampling.measureBits());
        Calibration read =
                Calibration.of(
                        device.readAlike(3, Calibration.FIRST_BLOCK, Calibration.FIRST_BLOCK_BYTES),
                        chip.measuresHumidity
                                ? device.readAlike(
                                        3, Calibration.SECOND_BLOCK, Calibration.SECOND_BLOCK_BYTES)
                                : new byte[Calibration.SECOND_BLOCK_BYTES]);
        checkId();
        checkStillOurs(device.readAlike(2, CTRL_HUM, 4));
        if (!read.isPlausible()) {
            throw device.fault(
                    Category.IO, "has no calibration in its memory; it is broken or not genuine");
        }
        calibration = read;
    }

    private void checkId() throws SensorException {
        BoschIds.check(device, chip.name());
    }

    private void awaitCalibrationCopy() throws SensorException, InterruptedException {
        for (int poll = 0; poll < POLLS_MAX; poll++) {
            if ((device.read(STATUS) & COPYING_CALIBRATION) == 0) {
                return;
            }
            clock.pause(POLL);
        }
        throw device.fault(
                Category.TIMEOUT,
                "does not come up after a reset; switch it off and on, or replace it");
    }

    /** The control, status and result registers after a conversion of now. */
    private byte[] converted() throws SensorException, InterruptedException {
        trigger();
        clock.pause(oversampling.longestConversion());
        for (int poll = 0; poll < POLLS_MAX; poll++) {
            byte[] registers = device.read(CTRL_HUM, RESULT_BYTES);
            if ((registers[STATUS - CTRL_HUM] & MEASURING) == 0) {
                if (!Arrays.equals(registers, device.read(CTRL_HUM, RESULT_BYTES))) {
                    throw device.fault(
                            Category.IO,
                            "gave two different results of one conversion: bit errors on the"
                                    + " wires; shorten them or lower the bus speed");
                }
                checkStillOurs(registers);
                return registers;
            }
            clock.pause(POLL);
        }
        throw device.fault(
                Category.TIMEOUT,
                "does not finish a conversion; switch it off and on, or replace it");
    }

    /**
     * Starts a conversion and sees it run. Where it is over before we look, which a busy machine
     * may bring about, it cannot be told from one that never began, so that it is started again.
     */
    private void trigger() throws SensorException {
        for (int attempt = 0; attempt < TRIGGERS_MAX; attempt++) {
            device.write(CTRL_MEAS, oversampling.measureBits() | FORCED);
            boolean once = isConverting();
            // One flipped bit could make a sleeping chip look busy.
            if (once && isConverting()) {
                return;
            }
        }
        throw doesNotStart();
    }

    private boolean isConverting() throws SensorException {
        byte[] state = device.read(STATUS, 2);
        return (state[0] & MEASURING) != 0 || (state[1] & MODE) == FORCED;
    }

    private void checkStillOurs(byte[] registers) throws SensorException {
        boolean ours =
                (registers[CONFIG - CTRL_HUM] & 0xFF) == CONFIG_WHEN_OURS
                        && (registers[CTRL_MEAS - CTRL_HUM] & 0xFF) == oversampling.measureBits()
                        && (registers[STATUS - CTRL_HUM] & COPYING_CALIBRATION) == 0;
        if (chip.measuresHumidity) {
            ours &= (registers[0] & 0x07) == oversampling.humidityBits();
        }
        if (!ours) {
            throw lostSettings();
        }
    }

    private List<Measurement> measured(Calibration known, byte[] registers) throws SensorException {
        int rawPressure = bits20(registers, 5);
        int rawTemperature = bits20(registers, 8);
        int rawHumidity = ((registers[11] & 0xFF) << 8) | (registers[12] & 0xFF);
        if (rawTemperature == Calibration.SKIPPED_20_BIT
                || rawPressure == Calibration.SKIPPED_20_BIT
                || (chip.measuresHumidity && rawHumidity == Calibration.SKIPPED_16_BIT)) {
            throw device.fault(
                    Category.IO, "skipped a measurement; switch it off and on, or replace it");
        }
        int fine = known.fine(rawTemperature);
        List<Measurement> measured = new ArrayList<>(3);
        measured.add(
                within("temperature", Calibration.celsius(fine), "Cel", CELSIUS_MIN, CELSIUS_MAX));
        if (chip.measuresHumidity) {
            // The formula cuts off at 0 and 100, so there is nothing outside.
            measured.add(new Measurement("humidity", known.percent(fine, rawHumidity), "%RH"));
        }
        double pascals = known.pascals(fine, rawPressure);
        if (Double.isNaN(pascals)) {
            throw device.fault(Category.IO, "has a calibration that cannot be right; replace it");
        }
        measured.add(within("pressure", pascals, "Pa", PASCALS_MIN, PASCALS_MAX));
        return measured;
    }

    private static int bits20(byte[] bytes, int at) {
        return ((bytes[at] & 0xFF) << 12)
                | ((bytes[at + 1] & 0xFF) << 4)
                | ((bytes[at + 2] & 0xFF) >> 4);
    }
}
