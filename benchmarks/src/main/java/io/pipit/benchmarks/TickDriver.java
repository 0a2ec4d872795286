package io.pipit.benchmarks;

import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorSettings;
import java.util.List;

/**
 * The driver {@code tick}: its one value is CLOCK_MONOTONIC in seconds at the moment of reading,
 * which is the same for all processes of a machine. On the bus's thread.
 */
public final class TickDriver implements Driver {
    static final String SERIES = "tick/monotonic";
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "tick",
                "The monotonic clock, for measuring how long readings travel.",
                Bus.NONE,
                List.of(new Quantity("monotonic", "s", "CLOCK_MONOTONIC at the reading")),
                List.of());
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware) {
        return new Clock();
    }

    private static final class Clock implements Sensor {
        @Override
        public List<Measurement> read() {
            return List.of(new Measurement("monotonic", System.nanoTime() / NANOS_PER_SECOND, "s"));
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
