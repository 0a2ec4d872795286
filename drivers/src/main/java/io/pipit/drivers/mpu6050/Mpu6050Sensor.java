package io.pipit.drivers.mpu6050;

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
 * An MPU-6050 that samples a hundred times a second, of which each reading takes the next one
 * (MPU-6000/6050 register map). A sample stands for 10 ms, in which it is read twice. A chip that
 * was reset sleeps, and has none of our settings.
 */
class Mpu6050Sensor extends I2cSensor {

    static final List<String> AXES = List.of("x", "y", "z");

    private static final List<String> ACCELERATION =
            AXES.stream().map(axis -> "acceleration-" + axis).toList();
    private static final List<String> ROTATION =
            AXES.stream().map(axis -> "rotation-" + axis).toList();

    private static final int SAMPLE_DIVIDER = 0x19;
    private static final int INTERRUPT_ENABLE = 0x38;
    static final int INTERRUPT_STATUS = 0x3A;
    static final int DATA = 0x3B;
    static final int POWER = 0x6B;
    static final int WHO_AM_I = 0x75;

    static final int MPU6050 = 0x68;

    /** What relatives and imitations say there. */
    private static final Map<Integer, String> OTHERS =
            Map.of(0x70, "MPU-6500", 0x71, "MPU-9250", 0x73, "MPU-9255", 0x19, "MPU-6886");

    private static final int RESET = 0x80;

    /** Awake, on the clock of the gyroscope about x, as section 4.28 recommends. */
    static final int AWAKE = 0x01;

    /** With a filter there are so many samples a second, of which each, or each tenth is kept. */
    static final int SAMPLES_MAX = 1_000;

    static final int SAMPLES = 100;

    static final int DATA_READY = 0x01;
    private static final int RANGE_SHIFT = 3;

    /** DLPF_CFG 1 to 6 (section 4.3), by the bandwidth of the gyroscope. */
    private static final List<Integer> BANDWIDTHS = List.of(188, 98, 42, 20, 10, 5);

    /** Register map section 4.28 and product specification section 6.1: reset, and gyroscope. */
    private static final Duration RESETTING = Duration.ofMillis(100);

    private static final Duration WAKING = Duration.ofMillis(50);
    private static final Duration SAMPLE = Duration.ofMillis(10);
    private static final Duration POLL = Duration.ofMillis(2);

    private final Ranges ranges;

    /** What happens when there is a sample. */
    private final int interrupts;

    /**
     * What the registers 0x19 to 0x1C hold: divider, filter, range of rotation, of acceleration.
     */
    private final int[] settings;

    /** One that is asked for a sample now and then. */
    Mpu6050Sensor(I2cDevice device, BusClock clock, Ranges ranges, int bandwidth) {
        this(device, clock, ranges, bandwidth, SAMPLES, DATA_READY);
    }

    /**
     * @param rate samples a second, a whole part of {@link #SAMPLES_MAX}
     * @param interrupts what is told in the status
     */
    Mpu6050Sensor(
            I2cDevice device,
            BusClock clock,
            Ranges ranges,
            int bandwidth,
            int rate,
            int interrupts) {
        super(device, clock);
        this.ranges = ranges;
        this.interrupts = interrupts;
        this.settings =
                new int[] {
                    SAMPLES_MAX / rate - 1,
                    1 + BANDWIDTHS.indexOf(bandwidth),
                    ranges.degreesCode() << RANGE_SHIFT,
                    ranges.gCode() << RANGE_SHIFT
                };
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        int id = device.readAlike(2, WHO_AM_I, 1)[0] & 0xFF;
        if (id != MPU6050) {
            throw wrongChip(
                    "is not an MPU-6050 but %s (WHO_AM_I 0x%02x)"
                            .formatted(OTHERS.getOrDefault(id, "another chip"), id));
        }
        device.write(POWER, RESET);
        clock.pause(RESETTING);
        device.write(POWER, AWAKE);
        clock.pause(WAKING);
        for (int i = 0; i < settings.length; i++) {
            device.write(SAMPLE_DIVIDER + i, settings[i]);
        }
        device.write(INTERRUPT_ENABLE, interrupts);
        checkStillOurs();
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        // Reading it clears it. A sample later there is a new one in any case.
        int _ = device.read(INTERRUPT_STATUS);
        clock.pause(SAMPLE);
        await(POLL, () -> (device.read(INTERRUPT_STATUS) & DATA_READY) != 0);
        Frame frame = Frame.of(device.readSettled(DATA, Frame.BYTES), 0);
        checkStillOurs();
        if (frame.isSaturated()) {
            throw device.fault(
                    Category.OUT_OF_RANGE,
                    "moves more than it can measure; set a larger acceleration-range or"
                            + " rotation-range");
        }
        List<Measurement> measured = new ArrayList<>();
        addAcceleration(frame.acceleration(), measured);
        addRotation(frame.rotation(), measured);
        measured.add(temperature(frame));
        return measured;
    }

    final void addAcceleration(int[] raw, List<Measurement> to) {
        for (int i = 0; i < AXES.size(); i++) {
            double along = ranges.metresPerSecondSquared(raw[i]);
            to.add(new Measurement(ACCELERATION.get(i), along, "m/s2"));
        }
    }

    final void addRotation(int[] raw, List<Measurement> to) {
        for (int i = 0; i < AXES.size(); i++) {
            to.add(new Measurement(ROTATION.get(i), ranges.radiansPerSecond(raw[i]), "rad/s"));
        }
    }

    final Measurement temperature(Frame frame) throws SensorException {
        return within("temperature", frame.celsius(), "Cel", -40, 85);
    }

    final void checkStillOurs() throws SensorException {
        boolean ours = (device.readAlike(2, POWER, 1)[0] & 0xFF) == AWAKE;
        byte[] found = device.readAlike(2, SAMPLE_DIVIDER, settings.length);
        for (int i = 0; i < settings.length; i++) {
            ours &= (found[i] & 0xFF) == settings[i];
        }
        if (!ours) {
            throw lostSettings();
        }
    }
}
