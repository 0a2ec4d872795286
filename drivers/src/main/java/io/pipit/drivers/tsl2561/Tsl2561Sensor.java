package io.pipit.drivers.tsl2561;

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
 * A TSL2561 that is switched on for each reading (TSL2561 datasheet, "Register Set"). Its interrupt
 * is not used: the lower threshold holds a number that no chip wakes up with, and must still be
 * there beside each result.
 */
final class Tsl2561Sensor extends I2cSensor {

    /** The bit that makes a command of a register's address, and the one for words. */
    private static final int COMMAND = 0x80;

    private static final int WORD = COMMAND | 0x20;

    private static final int CONTROL = COMMAND;
    private static final int TIMING = COMMAND | 0x1;
    private static final int LOWER_THRESHOLD = WORD | 0x2;
    static final int ID = COMMAND | 0xA;
    private static final int ALL = WORD | 0xC;
    private static final int INFRARED = WORD | 0xE;

    /** "PARTNO": the CS package, and the T, FN and CL packages. */
    static final int TSL2561CS = 0x1;

    static final int TSL2561T = 0x5;

    private static final int ON = 0x03;
    private static final int OFF = 0x00;
    private static final int THRESHOLD_WHEN_OURS = 0x9A5C;

    /** "Operating Characteristics": its clock may be 7 % slow. */
    private static final double LONGEST = 1.1;

    private static final Duration WAKING = Duration.ofMillis(5);

    private final Exposure exposure;
    private final Duration longest;
    private boolean isCsPackage;

    Tsl2561Sensor(I2cDevice device, BusClock clock, Exposure exposure) {
        super(device, clock);
        this.exposure = exposure;
        this.longest = WAKING.plusNanos((long) (exposure.ms() * LONGEST * 1e6));
    }

    @Override
    protected void start() throws SensorException {
        int id = device.readAlike(2, ID, 1)[0] & 0xFF;
        int part = id >> 4;
        if (part != TSL2561CS && part != TSL2561T) {
            throw wrongChip("is not a TSL2561: its ID is 0x%02x, not 0x1. or 0x5.".formatted(id));
        }
        isCsPackage = part == TSL2561CS;
        device.write(CONTROL, OFF);
        device.write(TIMING, exposure.bits());
        device.send(LOWER_THRESHOLD, THRESHOLD_WHEN_OURS, THRESHOLD_WHEN_OURS >> 8);
        checkStillOurs(OFF);
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        device.write(CONTROL, ON);
        clock.pause(longest);
        int all = Words.little(device.readSettled(ALL, 2), 0);
        int infrared = Words.little(device.readSettled(INFRARED, 2), 0);
        checkStillOurs(ON);
        device.write(CONTROL, OFF);
        if (exposure.isSaturated(all) || exposure.isSaturated(infrared)) {
            throw device.fault(
                    Category.OUT_OF_RANGE,
                    "sees more light than it can measure; set a lower gain or integration-time");
        }
        return List.of(
                within("illuminance", exposure.lux(all, infrared, isCsPackage), "lx", 0, 40_000));
    }

    private void checkStillOurs(int control) throws SensorException {
        if ((device.readAlike(2, CONTROL, 1)[0] & ON) != control
                || device.readAlike(2, TIMING, 1)[0] != exposure.bits()
                || Words.little(device.readAlike(2, LOWER_THRESHOLD, 2), 0)
                        != THRESHOLD_WHEN_OURS) {
            throw lostSettings();
        }
    }
}
