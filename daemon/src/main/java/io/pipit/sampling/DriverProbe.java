package io.pipit.sampling;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Driver;
import io.pipit.drivers.EventSensor;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A driver's sensor, as its bus reads it. Lives on the bus's thread. */
public final class DriverProbe implements Probe {
    private final Sensor sensor;

    private DriverProbe(Sensor sensor) {
        this.sensor = sensor;
    }

    /**
     * What a sensor of the configuration comes to.
     *
     * @param options all that is configured besides name, driver and interval; where they and the
     *     driver are the same, the sensor stays open when the configuration is read again
     * @throws SensorException where the driver doesn't take these options, naming all that is wrong
     */
    public static SensorSpec spec(
            String sensor,
            Driver driver,
            Map<String, ?> options,
            Duration every,
            Rule.Set rules,
            Hardware hardware)
            throws SensorException {
        SensorSettings settings = SensorSettings.of(sensor, driver.descriptor(), options);
        return new SensorSpec(
                sensor,
                settings.bus(),
                every,
                driver.readingMax(),
                Map.entry(driver.descriptor().name(), Map.copyOf(options)),
                rules,
                () -> new DriverProbe(driver.open(settings, hardware)));
    }

    /** The clock that drivers wait on; a reading that hangs is interrupted in its pause. */
    public static BusClock clock(TimeSource time) {
        return new BusClock() {
            @Override
            public long nanoTime() {
                return time.monotonicNanos();
            }

            @Override
            public void pause(Duration length) throws InterruptedException {
                Thread.sleep(length);
            }
        };
    }

    @Override
    public List<Event.Value> read() throws Exception {
        return values(sensor.read());
    }

    private static List<Event.Value> values(List<Measurement> measured) {
        return measured.stream()
                .map(one -> new Event.Value(one.quantity(), one.value(), one.unit()))
                .toList();
    }

    @Override
    public boolean onHappening(Runnable wake) {
        if (sensor instanceof EventSensor eventful) {
            eventful.onHappening(wake);
            return true;
        }
        return false;
    }

    @Override
    public Duration askedEvery() {
        return sensor instanceof EventSensor eventful ? eventful.askedEvery() : Duration.ZERO;
    }

    @Override
    public Happenings happenings() throws Exception {
        if (!(sensor instanceof EventSensor eventful)) {
            return Happenings.NONE;
        }
        EventSensor.Happenings happened = eventful.happenings();
        return new Happenings(
                happened.happenings().stream()
                        .map(one -> new Happening(one.nanos(), values(one.measured())))
                        .toList(),
                happened.lost());
    }

    @Override
    public void close() {
        sensor.close();
    }
}
