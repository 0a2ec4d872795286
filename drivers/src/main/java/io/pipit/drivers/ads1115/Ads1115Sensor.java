package io.pipit.drivers.ads1115;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An ADS1115 in single-shot mode: it sleeps, and converts one input after the other for each
 * reading (ADS1115 datasheet sections "Single-Shot Mode" and "Register Map"). It has no ID: it is
 * known by its comparator's thresholds, which are not used and hold what they are told, and by the
 * bit that says whether it converts. One threshold holds a number that no chip wakes up with, and
 * must still be there beside each result, as must the whole configuration.
 */
final class Ads1115Sensor extends I2cSensor {

    private static final List<Integer> RATES = List.of(8, 16, 32, 64, 128, 250, 475, 860);

    private static final int CONVERSION = 0;
    private static final int CONFIGURATION = 1;
    private static final int LOWER_THRESHOLD = 2;

    /** Written, it starts a conversion; read, it says that none is under way. */
    private static final int START_OR_IDLE = 0x8000;

    private static final int SINGLE_SHOT = 0x0100;
    private static final int COMPARATOR_OFF = 0x0003;
    private static final int RATE_SHIFT = 5;

    private static final int THRESHOLD_WHEN_OURS = 0x9A5C;

    /**
     * The clock may be off by 10 % ("Electrical Characteristics"), and waking up takes a little.
     */
    private static final double LONGEST_S = 1.1;

    private static final long WAKE_UP_NS = 50_000;
    private static final Duration POLL = Duration.ofMillis(1);
    private static final int TRIGGERS_MAX = 5;

    private final Map<Input, Range> ranges;
    private final int rateBits;
    private final Duration longest;

    Ads1115Sensor(I2cDevice device, BusClock clock, Map<Input, Range> ranges, int rate) {
        super(device, clock);
        this.ranges = ranges;
        this.rateBits = RATES.indexOf(rate) << RATE_SHIFT;
        this.longest = Duration.ofNanos((long) (LONGEST_S * 1e9 / rate) + WAKE_UP_NS);
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        device.writeWord(LOWER_THRESHOLD, THRESHOLD_WHEN_OURS);
        device.writeWord(CONFIGURATION, configuration(Input.A0, Range.V6_144));
        clock.pause(longest);
        int idle = device.readWordAlike(CONFIGURATION);
        int threshold = device.readWordAlike(LOWER_THRESHOLD);
        if (idle != (configuration(Input.A0, Range.V6_144) | START_OR_IDLE)
                || threshold != THRESHOLD_WHEN_OURS) {
            throw wrongChip(
                    "is not an ADS1115: its registers are 0x%04x and 0x%04x"
                            .formatted(idle, threshold));
        }
        trigger(idle);
        clock.pause(longest);
        await(POLL, () -> (device.readWord(CONFIGURATION) & START_OR_IDLE) != 0);
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        List<Measurement> measured = new ArrayList<>();
        for (Map.Entry<Input, Range> each : ranges.entrySet()) {
            Input input = each.getKey();
            Range range = each.getValue();
            int raw = converted(configuration(input, range) | START_OR_IDLE);
            if (raw == Short.MAX_VALUE || raw == Short.MIN_VALUE) {
                throw device.fault(
                        Category.OUT_OF_RANGE,
                        "has %s V or more at %s; set a larger %s, or check what is connected"
                                .formatted(range.volts(), input.description(), input.option()));
            }
            measured.add(new Measurement(input.quantity(), range.volts(raw), "V"));
        }
        return measured;
    }

    private int configuration(Input input, Range range) {
        return input.bits() | range.bits() | SINGLE_SHOT | rateBits | COMPARATOR_OFF;
    }

    private int converted(int configuration) throws SensorException, InterruptedException {
        trigger(configuration);
        clock.pause(longest);
        await(POLL, () -> (device.readWord(CONFIGURATION) & START_OR_IDLE) != 0);
        int raw = (short) device.readWordAlike(CONVERSION);
        if (device.readWordAlike(CONFIGURATION) != configuration
                || device.readWordAlike(LOWER_THRESHOLD) != THRESHOLD_WHEN_OURS) {
            throw lostSettings();
        }
        return raw;
    }

    /**
     * Starts a conversion and sees it run. Where it is over before we look it cannot be told from
     * one that never began, so that it is started again.
     */
    private void trigger(int configuration) throws SensorException {
        int busy = configuration & ~START_OR_IDLE;
        for (int attempt = 0; attempt < TRIGGERS_MAX; attempt++) {
            device.writeWord(
                    CONFIGURATION,
                    configuration); // Once is enough: at 860 samples a second there is no time for
            // more.
            if (device.readWord(CONFIGURATION) == busy) {
                return;
            }
        }
        throw doesNotStart();
    }
}
