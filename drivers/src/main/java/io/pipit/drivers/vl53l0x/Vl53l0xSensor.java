package io.pipit.drivers.vl53l0x;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import io.pipit.drivers.i2c.Words;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A VL53L0X that measures once for each reading, mostly as it is set up when it wakes up. ST's
 * datasheet has the ID (its section "I2C interface - reference registers") and leaves the other
 * registers to ST's own API; they are as Linux' drivers/iio/proximity/vl53l0x-i2c.c uses them, and
 * the range status is what ST's API (STSW-IMG005) makes of it.
 */
final class Vl53l0xSensor extends I2cSensor {

    private static final int RANGE_START = 0x00;
    private static final int SEQUENCE = 0x01;
    private static final int INTERRUPT_CONFIGURATION = 0x0A;
    private static final int INTERRUPT_CLEAR = 0x0B;
    private static final int INTERRUPT_STATUS = 0x13;
    private static final int RANGE_STATUS = 0x14;
    static final int MODEL_ID = 0xC0;

    /** The model, and the byte after it. */
    static final int ID_OF_VL53L0X = 0xEEAA;

    private static final int MODE = 0x0F;
    private static final int ONCE = 0x01;
    private static final int WHEN_MEASURED = 0x04;
    private static final int CLEAR = 0x01;
    private static final int PENDING = 0x07;

    private static final int RESULT_BYTES = 12;
    private static final int DISTANCE_AT = 10;

    /** Four bits of the first byte of a result. */
    private static final int STATUS_SHIFT = 3;

    private static final int STATUS_MASK = 0x0F;
    private static final int VALID = 11;

    /** What comes instead of a distance where nothing is in sight: this, or one more. */
    private static final int NOTHING_IN_SIGHT_MM = 8190;

    private static final double METRES_MIN = 0.03;
    private static final double METRES_MAX = 2;

    /** It takes some 33 ms; Linux' driver waits up to 100. */
    private static final Duration USUAL = Duration.ofMillis(33);

    private static final Duration POLL = Duration.ofMillis(5);

    /** The steps of a measurement that ST's API takes where nobody says otherwise. */
    private static final int USUAL_STEPS = 0xE8;

    Vl53l0xSensor(I2cDevice device, BusClock clock) {
        super(device, clock);
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        int id = Words.big(device.readAlike(2, MODEL_ID, 2), 0);
        if (id != ID_OF_VL53L0X) {
            throw wrongChip(
                    "is not a VL53L0X: its ID is 0x%04x, not 0x%04x".formatted(id, ID_OF_VL53L0X));
        }
        device.write(INTERRUPT_CONFIGURATION, WHEN_MEASURED);
        device.write(SEQUENCE, USUAL_STEPS);
        checkStillOurs();
        if ((device.readAlike(2, RANGE_START, 1)[0] & MODE) != 0) {
            // A measurement that was begun before cannot be told from the next one.
            clock.pause(USUAL.multipliedBy(3));
        }
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        device.write(INTERRUPT_CLEAR, CLEAR);
        if (isPending()) {
            throw device.fault(
                    Category.IO,
                    "holds on to an old measurement; switch it off and on where this happens often");
        }
        device.write(RANGE_START, ONCE);
        clock.pause(USUAL);
        await(POLL, this::isPending);
        byte[] result = device.readAlike(2, RANGE_STATUS, RESULT_BYTES);
        checkStillOurs();
        return List.of(within("distance", metres(result), "m", METRES_MIN, METRES_MAX));
    }

    private void checkStillOurs() throws SensorException {
        if ((device.readAlike(2, SEQUENCE, 1)[0] & 0xFF) != USUAL_STEPS
                || device.readAlike(2, INTERRUPT_CONFIGURATION, 1)[0] != WHEN_MEASURED) {
            throw lostSettings();
        }
    }

    private boolean isPending() throws SensorException {
        return (device.readAlike(2, INTERRUPT_STATUS, 1)[0] & PENDING) != 0;
    }

    private double metres(byte[] result) throws SensorException {
        int status = (result[0] >> STATUS_SHIFT) & STATUS_MASK;
        int millimetres = Words.big(result, DISTANCE_AT);
        switch (status) {
            case VALID -> {
                if (millimetres < NOTHING_IN_SIGHT_MM) {
                    return millimetres / 1000.0;
                }
                throw nothingInSight();
            }
            case 4, 6, 9 -> throw nothingInSight();
            case 8, 10 ->
                    throw device.fault(
                            Category.OUT_OF_RANGE,
                            "sees something closer than %s m: take it away, or the foil off its window"
                                    .formatted(METRES_MIN));
            case 1, 2, 3 ->
                    throw device.fault(
                            Category.IO,
                            "says that its laser fails (status %d); switch it off and on, or replace it"
                                    .formatted(status));
            default -> {
                if (Arrays.equals(result, new byte[RESULT_BYTES])) {
                    throw lostSettings();
                }
                throw device.fault(
                        Category.IO,
                        "measured nothing (status %d); check its supply where this happens often"
                                .formatted(status));
            }
        }
    }

    private SensorException nothingInSight() {
        return device.fault(
                Category.OUT_OF_RANGE,
                "sees nothing within %s m: nothing is in front of it, or too little of its light comes back"
                        .formatted(METRES_MAX));
    }
}
