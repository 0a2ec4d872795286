package io.pipit.drivers.ina219;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import java.time.Duration;
import java.util.List;

/**
 * An INA219 that measures when it is told to (INA219 datasheet, "Register Details", mode 3). It has
 * no ID, but a configuration that it wakes up with after a reset, which other chips do not share. A
 * chip that was reset since has lost its calibration.
 */
final class Ina219Sensor extends I2cSensor {

    private static final int CONFIGURATION = 0;
    private static final int SHUNT = 1;
    private static final int BUS = 2;
    private static final int POWER = 3;
    private static final int CURRENT = 4;
    private static final int CALIBRATION = 5;

    private static final int RESET = 0x8000;
    private static final int AFTER_RESET = 0x399F;

    /** What an INA226 has there. */
    private static final int AFTER_RESET_OF_INA226 = 0x4127;

    private static final int BUS_RANGE_32_V = 0x2000;
    private static final int TRIGGERED_BOTH = 0x0003;

    /** "CNVR" and "OVF" beside the voltage. */
    private static final int DONE = 0x0002;

    private static final int OVERFLOW = 0x0001;
    private static final double BUS_VOLTS_A_STEP = 0.004;
    private static final double BUS_VOLTS_MAX = 26;

    /** "ADC Conversion Time": at most 586 us a sample, for the shunt and the bus. */
    private static final long SAMPLE_NS = 2 * 586_000;

    private static final Duration POLL = Duration.ofMillis(1);
    private static final Duration START_UP = Duration.ofMillis(1);

    private final Scale scale;
    private final int configuration;
    private final Duration longest;

    Ina219Sensor(I2cDevice device, BusClock clock, Scale scale, int samples) {
        super(device, clock);
        this.scale = scale;
        // 12 bits, and so many samples.
        int converter = 0b1000 | Integer.numberOfTrailingZeros(samples);
        this.configuration =
                BUS_RANGE_32_V
                        | (scale.gain() << 11)
                        | (converter << 7)
                        | (converter << 3)
                        | TRIGGERED_BOTH;
        this.longest = Duration.ofNanos(SAMPLE_NS * samples);
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        device.writeWord(CONFIGURATION, RESET);
        clock.pause(START_UP);
        int found = device.readWordAlike(CONFIGURATION);
        if (found != AFTER_RESET || device.readWordAlike(CALIBRATION) != 0) {
            throw wrongChip(
                    found == AFTER_RESET_OF_INA226
                            ? "is an INA226, not an INA219"
                            : "is not an INA219: after a reset its configuration is 0x%04x"
                                    .formatted(found));
        }
        device.writeWord(CALIBRATION, scale.calibration());
        device.writeWord(CONFIGURATION, configuration);
        clock.pause(longest);
        checkStillOurs();
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        device.writeWord(CONFIGURATION, configuration);
        clock.pause(longest);
        await(POLL, () -> (device.readWord(BUS) & DONE) != 0);
        int shunt = (short) device.readWordAlike(SHUNT);
        int bus = device.readWordAlike(BUS);
        int current = (short) device.readWordAlike(CURRENT);
        int power = device.readWordAlike(POWER);
        checkStillOurs();
        if ((bus & OVERFLOW) != 0 || scale.isSaturated(shunt)) {
            throw device.fault(
                    Category.OUT_OF_RANGE,
                    "has more current than it can measure; set a larger max-current, or take a"
                            + " smaller shunt");
        }
        // The register of the power has no sign.
        double watts = Math.copySign(scale.watts(power), scale.amperes(current));
        return List.of(
                within("voltage", (bus >> 3) * BUS_VOLTS_A_STEP, "V", 0, BUS_VOLTS_MAX),
                new Measurement("current", scale.amperes(current), "A"),
                new Measurement("power", watts, "W"));
    }

    private void checkStillOurs() throws SensorException {
        if (device.readWordAlike(CONFIGURATION) != configuration
                || device.readWordAlike(CALIBRATION) != scale.calibration()) {
            throw lostSettings();
        }
    }
}
