package io.pipit.drivers.i2c;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * A sensor on an I2C bus that is checked and set up before its first reading, and again after each
 * failure: what went wrong may have been a reset, or another chip. Lives on the thread of its bus.
 */
public abstract class I2cSensor implements Sensor {

    /** How often a chip that is late is asked again; each driver says in which intervals. */
    private static final int POLLS_MAX = 20;

    protected final I2cDevice device;
    protected final BusClock clock;
    private boolean known;

    protected I2cSensor(I2cDevice device, BusClock clock) {
        this.device = device;
        this.clock = clock;
    }

    /** Something that is true sooner or later. */
    @FunctionalInterface
    protected interface Condition {
        boolean holds() throws SensorException;
    }

    /**
     * Opens the chip that the options {@code bus} and {@code address} name and starts it; where
     * that fails the address is free again.
     */
    public static Sensor open(
            SensorSettings settings, Hardware hardware, Function<I2cDevice, I2cSensor> chip)
            throws SensorException, InterruptedException {
        I2cDevice device =
                I2cDevice.open(hardware, settings.text("bus"), settings.integer("address"));
        boolean opened = false;
        try {
            I2cSensor sensor = chip.apply(device);
            sensor.begin();
            opened = true;
            return sensor;
        } finally {
            if (!opened) {
                device.close();
            }
        }
    }

    private void begin() throws SensorException, InterruptedException {
        start();
        known = true;
    }

    /** Checks that it is the right chip, and sets it up from whatever state it is in. */
    protected abstract void start() throws SensorException, InterruptedException;

    /** Measures with a chip that was started; nothing was wrong since. */
    protected abstract List<Measurement> measure() throws SensorException, InterruptedException;

    @Override
    public final List<Measurement> read() throws SensorException, InterruptedException {
        if (!known) {
            begin();
        }
        // Believed again only where the reading succeeds.
        known = false;
        List<Measurement> measured = measure();
        known = true;
        return measured;
    }

    /** Asks again and again, with a pause after each answer that is no. */
    protected final void await(Duration pause, Condition condition)
            throws SensorException, InterruptedException {
        for (int poll = 0; poll < POLLS_MAX; poll++) {
            if (condition.holds()) {
                return;
            }
            clock.pause(pause);
        }
        throw device.fault(
                Category.TIMEOUT,
                "does not finish a conversion; switch it off and on, or replace it");
    }

    /** What a chip sends that does not acknowledge before it has measured. */
    protected final byte[] whenReady(int count, Duration pause)
            throws SensorException, InterruptedException {
        byte[][] answer = {{}};
        await(
                pause,
                () -> {
                    try {
                        answer[0] = device.receive(count);
                        return true;
                    } catch (SensorException e) {
                        if (e.category() == Category.ABSENT) {
                            return false;
                        }
                        throw e;
                    }
                });
        return answer[0];
    }

    /** A value, where the datasheet has it in the chip's range. */
    protected final Measurement within(
            String quantity, double value, String unit, double least, double most)
            throws SensorException {
        if (value >= least && value <= most) {
            return new Measurement(quantity, value, unit);
        }
        throw device.fault(
                Category.OUT_OF_RANGE,
                "measured a %s of %s %s, and its range is %s to %s: check it and its surroundings"
                        .formatted(quantity, value, unit, least, most));
    }

    /** The chip does not hold any more what it was told. */
    protected final SensorException lostSettings() {
        return device.fault(
                Category.IO,
                "has lost its settings: it was reset or exchanged; check its power where this"
                        + " happens often");
    }

    /** It was told to measure, and does not. */
    protected final SensorException doesNotStart() {
        return device.fault(
                Category.IO, "does not start a conversion; switch it off and on, or replace it");
    }

    /** Something answers that is not what the driver is for. */
    protected final SensorException wrongChip(String complaint) {
        return device.fault(Category.WRONG_CHIP, complaint + "; check the address and the driver");
    }

    @Override
    public final void close() {
        device.close();
    }
}
