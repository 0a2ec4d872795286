package io.pipit.drivers.veml7700;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import io.pipit.drivers.i2c.Words;
import java.time.Duration;
import java.util.List;

/**
 * A VEML7700 that is woken for each reading (VEML7700 datasheet, "Command Register Format"). Its
 * interrupt is not used: the upper threshold holds a number that no chip wakes up with, and must
 * still be there beside each result, as must the configuration.
 */
final class Veml7700Sensor extends I2cSensor {

    private static final int CONFIGURATION = 0;
    private static final int UPPER_THRESHOLD = 1;
    private static final int POWER_SAVING = 3;
    private static final int BRIGHTNESS = 4;
    static final int ID = 7;

    /** The lower byte; the upper one has the address. */
    static final int ID_OF_VEML7700 = 0x81;

    private static final int SHUT_DOWN = 0x0001;
    private static final int THRESHOLD_WHEN_OURS = 0x9A5C;
    private static final int SATURATED = 0xFFFF;

    /** Waking takes 2.5 ms; the first value that is whole may be the second one. */
    private static final double LONGEST = 2.2;

    private static final Duration WAKING = Duration.ofMillis(5);

    private final Exposure exposure;
    private final Duration longest;

    Veml7700Sensor(I2cDevice device, BusClock clock, Exposure exposure) {
        super(device, clock);
        this.exposure = exposure;
        this.longest = WAKING.plusNanos((long) (exposure.ms() * LONGEST * 1e6));
    }

    @Override
    protected void start() throws SensorException {
        int id = readAlike(ID);
        if ((id & 0xFF) != ID_OF_VEML7700) {
            throw wrongChip("is not a VEML7700: its ID is 0x%04x, not 0x..81".formatted(id));
        }
        write(CONFIGURATION, exposure.bits() | SHUT_DOWN);
        write(POWER_SAVING, 0);
        write(UPPER_THRESHOLD, THRESHOLD_WHEN_OURS);
        checkStillOurs(SHUT_DOWN);
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        write(CONFIGURATION, exposure.bits());
        clock.pause(longest);
        int counts = Words.little(device.readSettled(BRIGHTNESS, 2), 0);
        checkStillOurs(0);
        write(CONFIGURATION, exposure.bits() | SHUT_DOWN);
        if (counts == SATURATED) {
            throw device.fault(
                    Category.OUT_OF_RANGE,
                    "sees more light than it can measure; set a lower gain or integration-time");
        }
        return List.of(within("illuminance", exposure.lux(counts), "lx", 0, 120_000));
    }

    private void checkStillOurs(int shutDown) throws SensorException {
        if (readAlike(CONFIGURATION) != (exposure.bits() | shutDown)
                || readAlike(POWER_SAVING) != 0
                || readAlike(UPPER_THRESHOLD) != THRESHOLD_WHEN_OURS) {
            throw lostSettings();
        }
    }

    private int readAlike(int register) throws SensorException {
        return Words.little(device.readAlike(2, register, 2), 0);
    }

    private void write(int register, int value) throws SensorException {
        device.send(register, value, value >> 8);
    }
}
