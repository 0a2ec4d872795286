package io.pipit.drivers.mpu6050;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.EventSensor;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An MPU-6050 that samples by itself into its FIFO, which one transfer empties: each sample is a
 * reading at its own time. Its usual reading is that of its temperature alone.
 *
 * <p>Where the FIFO ran over, or may have lost its step, it is emptied, and what it held is lost:
 * its bytes could belong to any axis. A sample with an axis at the end of its range is no value,
 * and lost, too. What the FIFO gave can't be read again to compare, as all else is here: a bit that
 * is flipped on the wires is not noticed.
 */
final class SampledMpu6050 extends Mpu6050Sensor implements EventSensor {

    /** Register map section 4.29 and 4.30. */
    static final int FIFO_BYTES = 1_024;

    private static final int FIFO_ENABLE = 0x23;
    private static final int USER_CONTROL = 0x6A;
    private static final int FIFO_COUNT = 0x72;
    private static final int FIFO = 0x74;

    private static final int ALL_ROTATION = 0x70;
    private static final int ACCELERATION = 0x08;
    private static final int FIFO_ON = 0x40;
    private static final int FIFO_RESET = 0x04;
    private static final int FIFO_OVERFLOW = 0x10;

    /** Of the FIFO's time, after which it is asked for: the rest is for whoever is late. */
    private static final int ASKED_IN_TIME = 4;

    /** Samples that may be late. */
    private static final int SILENT_MAX = 20;

    private static final Duration ASKED_MAX = Duration.ofMillis(100);
    private static final double NANOS_PER_SECOND = 1e9;

    private final int rate;
    private final boolean acceleration;
    private final boolean rotation;
    private final int sampleBytes;
    private SampleClock times;

    /**
     * @param rate samples a second, a whole part of 1000
     * @param acceleration whether it is sampled
     * @param rotation whether it is
     */
    SampledMpu6050(
            I2cDevice device,
            BusClock clock,
            Ranges ranges,
            int bandwidth,
            int rate,
            boolean acceleration,
            boolean rotation) {
        super(device, clock, ranges, bandwidth, rate, DATA_READY | FIFO_OVERFLOW);
        this.rate = rate;
        this.acceleration = acceleration;
        this.rotation = rotation;
        this.sampleBytes = Frame.AXES_BYTES * ((acceleration ? 1 : 0) + (rotation ? 1 : 0));
        this.times = new SampleClock(NANOS_PER_SECOND / rate, clock.nanoTime());
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        super.start();
        device.write(FIFO_ENABLE, enabled());
        empty();
        times = new SampleClock(NANOS_PER_SECOND / rate, clock.nanoTime());
        checkStillSampling();
    }

    private int enabled() {
        return (acceleration ? ACCELERATION : 0) | (rotation ? ALL_ROTATION : 0);
    }

    /** Register map section 4.27: it can be emptied only while it is off. */
    private void empty() throws SensorException {
        device.write(USER_CONTROL, FIFO_RESET);
        int _ = device.read(INTERRUPT_STATUS);
        device.write(USER_CONTROL, FIFO_ON);
    }

    private void checkStillSampling() throws SensorException {
        boolean ours = (device.readAlike(2, FIFO_ENABLE, 1)[0] & 0xFF) == enabled();
        byte[] expected = {FIFO_ON, AWAKE};
        if (!ours || !Arrays.equals(device.readAlike(2, USER_CONTROL, 2), expected)) {
            throw lostSettings();
        }
    }

    @Override
    public void onHappening(Runnable wake) {
        // Nothing wakes anybody: it wants to be asked.
    }

    @Override
    public Duration askedEvery() {
        long full = Duration.ofSeconds(FIFO_BYTES / sampleBytes).dividedBy(rate).toNanos();
        return Duration.ofNanos(Math.min(full / ASKED_IN_TIME, ASKED_MAX.toNanos()));
    }

    @Override
    public Happenings happenings() throws SensorException {
        long from = clock.nanoTime();
        int bytes = Words.big(device.readSettled(FIFO_COUNT, 2), 0);
        long to = clock.nanoTime();
        if (bytes % sampleBytes != 0 || bytes > FIFO_BYTES - sampleBytes) {
            return lost();
        }
        int samples = bytes / sampleBytes;
        byte[] read = bytes == 0 ? new byte[0] : device.read(FIFO, bytes);
        boolean ranOver = (device.read(INTERRUPT_STATUS) & FIFO_OVERFLOW) != 0;
        // After the bytes: where it was reset before, they are none of its.
        checkStillSampling();
        if (ranOver) {
            return lost();
        }
        if (samples == 0) {
            if (times.isSilent(SILENT_MAX, to)) {
                throw device.fault(
                        Category.TIMEOUT, "takes no samples any more; switch it off and on");
            }
            return Happenings.NONE;
        }
        return happenings(read, times.take(samples, from, to));
    }

    /** Begins with an empty FIFO. */
    private Happenings lost() throws SensorException {
        empty();
        checkStillSampling();
        return new Happenings(List.of(), times.skip(clock.nanoTime()));
    }

    private Happenings happenings(byte[] read, long[] at) {
        List<Happening> happened = new ArrayList<>(at.length);
        for (int i = 0; i < at.length; i++) {
            List<Measurement> measured = measured(read, i * sampleBytes);
            if (!measured.isEmpty()) {
                happened.add(new Happening(at[i], measured));
            }
        }
        return new Happenings(happened, at.length - happened.size());
    }

    /** Nothing where an axis is at the end of its range. */
    private List<Measurement> measured(byte[] read, int at) {
        List<Measurement> measured = new ArrayList<>();
        int next = at;
        if (acceleration) {
            int[] raw = Frame.axes(read, next);
            next += Frame.AXES_BYTES;
            if (Frame.isSaturated(raw)) {
                return List.of();
            }
            addAcceleration(raw, measured);
        }
        if (rotation) {
            int[] raw = Frame.axes(read, next);
            if (Frame.isSaturated(raw)) {
                return List.of();
            }
            addRotation(raw, measured);
        }
        return measured;
    }

    @Override
    protected List<Measurement> measure() throws SensorException {
        Frame frame = Frame.of(device.readSettled(DATA, Frame.BYTES), 0);
        checkStillOurs();
        return List.of(temperature(frame));
    }
}
