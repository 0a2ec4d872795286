package io.pipit.drivers.hcsr04;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalOutput;
import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * An HC-SR04 (its user guide, "Ultrasonic Ranging Module HC-SR04"): after a pulse on Trig its Echo
 * is high for as long as the sound was under way. How long that was goes by the kernel's times of
 * the edges, whose jitter of some 10 us is centimetres: a reading is the middle one of three. Lives
 * on a thread of its own.
 */
final class HcSr04Sensor implements Sensor {

    /** At least 10 us. */
    private static final Duration TRIGGER = Duration.ofNanos(10_000);

    /** "over 60ms measurement cycle, in order to prevent trigger signal to the echo signal". */
    private static final Duration CYCLE = Duration.ofMillis(60);

    private static final Duration POLL = Duration.ofMillis(5);
    private static final int POLLS_MAX = 12;

    private static final double METRES_MIN = 0.02;
    private static final double METRES_MAX = 4;

    private static final int GOOD = 3;
    private static final int TRIES_MAX = 5;

    private final DigitalOutput trigger;
    private final DigitalInput input;
    private final String where;
    private final BusClock clock;
    private final double metresPerNano;
    private final Echo echo = new Echo();

    HcSr04Sensor(
            DigitalOutput trigger,
            DigitalInput input,
            String where,
            BusClock clock,
            double celsius) {
        this.trigger = trigger;
        this.input = input;
        this.where = where;
        this.clock = clock;
        this.metresPerNano = speedOfSound(celsius) / 1e9;
    }

    Echo echo() {
        return echo;
    }

    /** In dry air, an ideal gas, in m/s; 331.3 of them at 0 degrees. */
    static double speedOfSound(double celsius) {
        return 331.3 * Math.sqrt(1 + celsius / 273.15);
    }

    @Override
    public List<Measurement> read() throws SensorException, InterruptedException {
        double[] metres = new double[GOOD];
        int good = 0;
        for (int attempt = 1; good < GOOD; attempt++) {
            try {
                metres[good] = ping();
                good++;
            } catch (SensorException e) {
                if (good + TRIES_MAX - attempt < GOOD) {
                    throw e;
                }
            }
            clock.pause(CYCLE);
        }
        Arrays.sort(metres);
        return List.of(new Measurement("distance", metres[GOOD / 2], "m"));
    }

    private double ping() throws SensorException, InterruptedException {
        echo.arm();
        try {
            if (input.isOn()) {
                throw fault(
                        Category.IO,
                        "holds Echo high before it was asked: check Echo's wire and divider");
            }
            trigger.on();
            clock.pause(TRIGGER);
            trigger.off();
        } catch (Pi4JException e) {
            throw fault(Category.IO, "cannot be reached: " + e.getMessage());
        }
        for (int poll = 0; poll < POLLS_MAX && !echo.isOver(); poll++) {
            clock.pause(POLL);
        }
        long nanos = echo.lengthNanos();
        if (echo.isBroken()) {
            throw fault(
                    Category.IO,
                    "answers with more than one pulse: check Echo's wire, divider and ground");
        }
        if (!echo.hasBegun()) {
            throw fault(
                    Category.ABSENT,
                    "does not answer: check its 5 V, and that the first goes to Trig and the second comes from Echo");
        }
        // Forth and back.
        double metres = nanos * metresPerNano / 2;
        if (nanos < 0 || metres > METRES_MAX) {
            throw fault(
                    Category.OUT_OF_RANGE,
                    "hears no echo from within %s m: nothing is in front of it, or what is there swallows sound"
                            .formatted(METRES_MAX));
        }
        if (metres < METRES_MIN) {
            throw fault(
                    Category.OUT_OF_RANGE,
                    "measured a distance of %.3f m, and its range is %s to %s: something is right in front of it"
                            .formatted(metres, METRES_MIN, METRES_MAX));
        }
        return metres;
    }

    private SensorException fault(Category category, String message) {
        return new SensorException(category, "the HC-SR04 on " + where + " " + message);
    }

    @Override
    public void close() {
        input.close();
        trigger.close();
    }
}
