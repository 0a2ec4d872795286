package io.pipit.drivers.bme680;

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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A BME680 or BME688 in forced mode: it sleeps, and for each reading measures once, then heats its
 * gas sensor (BME680 datasheet "Sensor modes"). As with its relatives nothing on the wire is
 * protected: what stands still is read twice, the calibration three times, the control registers
 * must hold what they were told beside each result, and a conversion is seen to run.
 */
final class Bme680Sensor extends I2cSensor {

    private static final int STATUS = 0x1D;
    private static final int RESULT = 0x1F;
    private static final int HEATER = 0x5A;
    private static final int HEATER_TIME = 0x64;
    private static final int CTRL_GAS_0 = 0x70;
    private static final int CTRL_GAS_1 = 0x71;
    private static final int CTRL_HUM = 0x72;
    private static final int CTRL_MEAS = 0x74;
    private static final int CONFIG = 0x75;
    private static final int RESET = 0xE0;
    private static final int VARIANT = 0xF0;

    private static final int HEATER_VALUE = 0x00;
    private static final int HEATER_RANGE = 0x02;
    private static final int RANGE_ERROR = 0x04;

    private static final int RESET_WORD = 0xB6;
    private static final int BME688 = 1;
    private static final int RUN_GAS = 0x10;
    private static final int RUN_GAS_OF_BME688 = 0x20;

    /** Humidity once; temperature twice and pressure four times ("ctrl_hum", "ctrl_meas"). */
    private static final int CTRL_HUM_WHEN_OURS = 0b001;

    private static final int CTRL_MEAS_WHEN_OURS = 0b010_011_00;
    private static final int SAMPLES = 1 + 2 + 4;
    private static final int FORCED = 0x01;
    private static final int MODE = 0x03;

    /** Registers 0x1F to 0x2D: pressure, temperature, humidity, gas, gas of a BME688. */
    private static final int RESULT_BYTES = 15;

    private static final int GAS_AT = 11;
    private static final int GAS_OF_BME688_AT = 13;

    private static final int NEW_DATA = 0x80;
    private static final int MEASURING = 0x60;
    private static final int GAS_VALID_AND_HEATER_STABLE = 0x30;

    /** What Bosch's own BME68x-Sensor-API waits after a reset. */
    private static final Duration START_UP = Duration.ofMillis(10);

    private static final Duration POLL = Duration.ofMillis(10);
    private static final int TRIGGERS_MAX = 5;

    /** Of a sample, and of switching between quantities; a tenth more than is typical. */
    private static final long SAMPLE_NS = 2_160_000;

    private static final long OVERHEAD_NS = 6_300_000;

    /**
     * What is believed of the air until it was measured; the heater's temperature depends on it.
     */
    private static final int AMBIENT_UNTIL_MEASURED = 25;

    private final int heaterCelsius;
    private final int heaterMs;
    private int ambient = AMBIENT_UNTIL_MEASURED;
    private boolean isBme688;

    /** Null until the chip was checked. */
    private @Nullable Calibration calibration;

    Bme680Sensor(I2cDevice device, BusClock clock, int heaterCelsius, int heaterMs) {
        super(device, clock);
        this.heaterCelsius = heaterCelsius;
        this.heaterMs = heaterMs;
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        BoschIds.check(device, "BME680");
        device.write(RESET, RESET_WORD);
        clock.pause(START_UP);
        isBme688 = device.readAlike(3, VARIANT, 1)[0] == BME688;
        device.write(CTRL_HUM, CTRL_HUM_WHEN_OURS);
        device.write(CONFIG, 0);
        device.write(CTRL_GAS_0, 0);
        device.write(CTRL_GAS_1, ctrlGas1());
        device.write(HEATER_TIME, timeCode(heaterMs));
        device.write(CTRL_MEAS, CTRL_MEAS_WHEN_OURS);
        Calibration read =
                Calibration.of(
                        device.readAlike(3, Calibration.FIRST_BLOCK, Calibration.FIRST_BLOCK_BYTES),
                        device.readAlike(
                                3, Calibration.SECOND_BLOCK, Calibration.SECOND_BLOCK_BYTES),
                        (device.readAlike(3, HEATER_RANGE, 1)[0] & 0x30) >> 4,
                        device.readAlike(3, HEATER_VALUE, 1)[0],
                        device.readAlike(3, RANGE_ERROR, 1)[0] >> 4);
        if (!read.isPlausible()) {
            throw device.fault(
                    Category.IO, "has no calibration in its memory; it is broken or not genuine");
        }
        calibration = read;
        int heater = read.heaterCode(heaterCelsius, ambient);
        device.write(HEATER, heater);
        checkStillOurs(heater);
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        Calibration known = requireNonNull(calibration);
        int heater = known.heaterCode(heaterCelsius, ambient);
        device.write(HEATER, heater);
        trigger();
        clock.pause(Duration.ofNanos(SAMPLES * SAMPLE_NS + OVERHEAD_NS + heaterMs * 1_000_000L));
        await(POLL, () -> (device.read(STATUS) & (NEW_DATA | MEASURING)) == NEW_DATA);
        byte[] result = device.readAlike(2, RESULT, RESULT_BYTES);
        checkStillOurs(heater);
        return measured(known, result);
    }

    private List<Measurement> measured(Calibration known, byte[] result) throws SensorException {
        int rawPressure = bits20(result, 0);
        int rawTemperature = bits20(result, 3);
        int rawHumidity = Words.big(result, 6);
        if (rawPressure == Calibration.SKIPPED_20_BIT
                || rawTemperature == Calibration.SKIPPED_20_BIT
                || rawHumidity == Calibration.SKIPPED_16_BIT) {
            throw device.fault(
                    Category.IO, "skipped a measurement; switch it off and on, or replace it");
        }
        int fine = known.fine(rawTemperature);
        double celsius = Calibration.celsius(fine);
        List<Measurement> measured = new ArrayList<>();
        measured.add(within("temperature", celsius, "Cel", -40, 85));
        measured.add(within("humidity", known.percent(fine, rawHumidity), "%RH", 0, 100));
        measured.add(within("pressure", known.pascals(fine, rawPressure), "Pa", 30_000, 110_000));
        int gas = Words.big(result, isBme688 ? GAS_OF_BME688_AT : GAS_AT);
        // Where the heater did not get as hot as it should, gas alone is left out.
        if (heaterMs > 0 && (gas & GAS_VALID_AND_HEATER_STABLE) == GAS_VALID_AND_HEATER_STABLE) {
            int raw = gas >> 6;
            int range = gas & 0x0F;
            measured.add(
                    new Measurement(
                            "gas-resistance",
                            isBme688
                                    ? Calibration.ohmsOfBme688(raw, range)
                                    : known.ohms(raw, range),
                            "Ohm"));
        }
        ambient = (int) Math.round(celsius);
        return measured;
    }

    /**
     * Starts a conversion and sees it run. Where it is over before we look, which a busy machine
     * may bring about, it cannot be told from one that never began, so that it is started again.
     */
    private void trigger() throws SensorException {
        for (int attempt = 0; attempt < TRIGGERS_MAX; attempt++) {
            device.write(CTRL_MEAS, CTRL_MEAS_WHEN_OURS | FORCED);
            boolean once = isConverting();
            // One flipped bit could make a sleeping chip look busy.
            if (once && isConverting()) {
                return;
            }
        }
        throw doesNotStart();
    }

    private boolean isConverting() throws SensorException {
        return (device.read(STATUS) & MEASURING) != 0 || (device.read(CTRL_MEAS) & MODE) == FORCED;
    }

    private void checkStillOurs(int heater) throws SensorException {
        byte[] control = device.readAlike(2, CTRL_GAS_0, CONFIG - CTRL_GAS_0 + 1);
        if (control[0] != 0
                || control[CTRL_GAS_1 - CTRL_GAS_0] != ctrlGas1()
                || control[CTRL_HUM - CTRL_GAS_0] != CTRL_HUM_WHEN_OURS
                || control[CTRL_MEAS - CTRL_GAS_0] != CTRL_MEAS_WHEN_OURS
                || control[CONFIG - CTRL_GAS_0] != 0
                || (device.readAlike(2, HEATER, 1)[0] & 0xFF) != heater
                || (device.readAlike(2, HEATER_TIME, 1)[0] & 0xFF) != timeCode(heaterMs)) {
            throw lostSettings();
        }
    }

    private int ctrlGas1() {
        if (heaterMs == 0) {
            return 0;
        }
        return isBme688 ? RUN_GAS_OF_BME688 : RUN_GAS;
    }

    /** Section 5.3.3: six bits of milliseconds, and two for times 1, 4, 16 or 64. */
    static int timeCode(int ms) {
        int factor = 0;
        int rest = ms;
        while (rest > 0x3F) {
            rest /= 4;
            factor++;
        }
        return (factor << 6) | rest;
    }

    private static int bits20(byte[] bytes, int at) {
        return (Words.big(bytes, at) << 4) | ((bytes[at + 2] & 0xF0) >> 4);
    }
}
