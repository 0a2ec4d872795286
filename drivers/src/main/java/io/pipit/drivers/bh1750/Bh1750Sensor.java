package io.pipit.drivers.bh1750;

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
 * A BH1750 in its one time high resolution mode: it sleeps, and measures for each reading
 * (BH1750FVI technical note "Instruction Set Architecture" and "Measurement Time"). It has no ID,
 * no checksum and nothing that can be read back, and what it holds after a reset is a zero, which
 * is darkness, too. So it looks twice, for different times, which it is told anew each time: a
 * reset, a garbled command or another chip give two results that do not go together.
 */
final class Bh1750Sensor extends I2cSensor {

    static final int TIME_MIN = 31;
    static final int TIME_AS_IT_COMES = 69;
    static final int TIME_MAX = 254;

    private static final int POWER_ON = 0x01;
    private static final int ONE_TIME_HIGH_RESOLUTION = 0x20;
    private static final int TIME_HIGH_BITS = 0x40;
    private static final int TIME_LOW_BITS = 0x60;
    private static final int SATURATED = 0xFFFF;

    /** "Electrical characteristics": at most 180 ms with the time that it comes with. */
    private static final double LONGEST_NS = 180e6;

    /** How far the two may differ: lamps flicker, and a low count is a coarse one. */
    private static final double DIFFERENCE_MAX = 0.1;

    private static final int COUNTS_MAX = 3;

    /** Somebody may switch the light on between the two. */
    private static final int ATTEMPTS_MAX = 3;

    private final int time;

    /** As different as can be, and no longer than it has to. */
    private final int otherTime;

    Bh1750Sensor(I2cDevice device, BusClock clock, int time) {
        super(device, clock);
        this.time = time;
        this.otherTime = time < 2 * TIME_MIN ? 2 * time : TIME_MIN;
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        device.send(POWER_ON);
        double _ = brightness();
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        return List.of(new Measurement("illuminance", brightness(), "lx"));
    }

    private double brightness() throws SensorException, InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            double lux = lux(counts(time), time);
            double again = lux(counts(otherTime), otherTime);
            double coarse = lux(COUNTS_MAX, Math.min(time, otherTime));
            if (Math.abs(lux - again) <= Math.max(lux, again) * DIFFERENCE_MAX + coarse) {
                return lux;
            }
        }
        throw device.fault(
                Category.IO,
                "saw two different brightnesses again and again: a light that flickers, bit errors"
                        + " on the wires, or not a BH1750");
    }

    private int counts(int howLong) throws SensorException, InterruptedException {
        device.send(TIME_HIGH_BITS | (howLong >> 5));
        device.send(TIME_LOW_BITS | (howLong & 0x1F));
        device.send(ONE_TIME_HIGH_RESOLUTION);
        clock.pause(Duration.ofNanos((long) (LONGEST_NS * howLong / TIME_AS_IT_COMES)));
        byte[] result = device.receive(2);
        if (!Arrays.equals(result, device.receive(2))) {
            throw device.bitErrors();
        }
        int counts = Words.big(result, 0);
        if (counts == SATURATED) {
            throw device.fault(
                    Category.OUT_OF_RANGE,
                    "sees more light than it can measure; set measurement-time to %d, or shade it"
                            .formatted(TIME_MIN));
        }
        return counts;
    }

    /** "Measurement time": 1.2 counts to the lux with the time that it comes with. */
    static double lux(int counts, int howLong) {
        return counts / 1.2 * TIME_AS_IT_COMES / howLong;
    }
}
