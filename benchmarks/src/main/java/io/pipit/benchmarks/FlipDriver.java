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
 * The driver {@code flip}: CLOCK_MONOTONIC in seconds at the moment of reading, and 0 and 1 by
 * turns. On the bus's thread.
 */
public final class FlipDriver implements Driver {
    static final String SENSOR = "flip";
    static final String TIME = "monotonic";
    static final String SIDE = "side";
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                SENSOR,
                "A switch that is turned at each reading, for measuring how fast rules are.",
                Bus.NONE,
                List.of(
                        new Quantity(TIME, "s", "CLOCK_MONOTONIC at the reading"),
                        new Quantity(SIDE, "/", "0 and 1 by turns")),
                List.of());
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware) {
        return new Switch();
    }

    private static final class Switch implements Sensor {
        private boolean on;

        @Override
        public List<Measurement> read() {
            on = !on;
            return List.of(
                    new Measurement(TIME, System.nanoTime() / NANOS_PER_SECOND, "s"),
                    new Measurement(SIDE, on ? 1 : 0, "/"));
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
