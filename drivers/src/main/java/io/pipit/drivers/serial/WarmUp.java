package io.pipit.drivers.serial;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Option;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import java.time.Duration;
import java.util.List;

/**
 * A sensor whose first values after it was switched on are not readings. When that was nobody
 * knows, so that it counts from when it was opened, as it is again after it was gone. Its first
 * reading waits; that is for the thread of its port to bear, which nobody else has.
 */
public final class WarmUp implements Sensor {

    private static final String OPTION = "warm-up";

    private final BusClock clock;
    private final Sensor sensor;
    private final long warmAt;

    private WarmUp(BusClock clock, Sensor sensor, Duration length) {
        this.clock = clock;
        this.sensor = sensor;
        this.warmAt = clock.nanoTime() + length.toNanos();
    }

    /** How long it takes, in seconds. */
    public static Option option(int usual, int most) {
        return Option.integer(
                        OPTION,
                        "Seconds after it was opened in which its values do not count yet; 0 where it has power all the time.")
                .between(0, most)
                .byDefault(usual)
                .example(Integer.toString(usual));
    }

    /** Sets up what is on a port. */
    @FunctionalInterface
    public interface Starter {
        /** Checks that it is there; the device is closed where that fails. */
        Sensor start(SerialDevice device) throws SensorException, InterruptedException;
    }

    /**
     * Opens the port that the option {@code port} names and starts what is there; where that fails
     * the port is free again.
     *
     * @param baud bits a second
     */
    public static Sensor open(SensorSettings settings, Hardware hardware, int baud, Starter starter)
            throws SensorException, InterruptedException {
        SerialDevice device = SerialDevice.open(hardware, settings.text("port"), baud);
        boolean opened = false;
        try {
            Sensor sensor = starter.start(device);
            Duration length = Duration.ofSeconds(settings.integer(OPTION));
            opened = true;
            return new WarmUp(hardware.clock(), sensor, length);
        } finally {
            if (!opened) {
                device.close();
            }
        }
    }

    @Override
    public List<Measurement> read() throws SensorException, InterruptedException {
        long left = warmAt - clock.nanoTime();
        if (left > 0) {
            clock.pause(Duration.ofNanos(left));
        }
        return sensor.read();
    }

    @Override
    public void close() {
        sensor.close();
    }
}
