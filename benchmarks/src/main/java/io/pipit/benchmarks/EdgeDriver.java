package io.pipit.benchmarks;

import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.EventSensor;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * The driver {@code edge}: a line without hardware, to which something happens at random moments.
 * Its one value is the edge's own time, CLOCK_MONOTONIC in seconds. A thread of its own stands for
 * the kernel, and does what that one's interrupt does: notes the time, and wakes who waits.
 */
public final class EdgeDriver implements Driver {
    static final String SERIES = "edge/monotonic";
    static final int PER_SECOND = 100;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long SEED = 17;

    /** A Poisson process: neither in step with anything, nor kept apart. */
    static void atRandomMoments(BooleanSupplier over, LongConsumer happens) {
        Random random = new Random(SEED);
        long due = System.nanoTime();
        while (!over.getAsBoolean()) {
            due += Math.round(-Math.log(1 - random.nextDouble()) * 1e9 / PER_SECOND);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            happens.accept(System.nanoTime());
        }
    }

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "edge",
                "Edges at random moments, for measuring how long they travel.",
                Bus.NONE,
                List.of(new Quantity("monotonic", "s", "CLOCK_MONOTONIC at the edge")),
                List.of());
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware) {
        return new Line();
    }

    private static final class Line implements EventSensor {
        /** As many as a real contact keeps. */
        private static final int EDGES_MAX = 1_024;

        private final ArrayDeque<Long> edges = new ArrayDeque<>();
        private long lost;
        private volatile boolean closed;

        @Override
        public void onHappening(Runnable wake) {
            Thread kernel = new Thread(() -> makeEdges(wake), "edges");
            kernel.setDaemon(true);
            kernel.start();
        }

        private void makeEdges(Runnable wake) {
            atRandomMoments(
                    () -> closed,
                    nanos -> {
                        edge(nanos);
                        wake.run();
                    });
        }

        private synchronized void edge(long nanos) {
            if (edges.size() >= EDGES_MAX) {
                edges.remove();
                lost++;
            }
            edges.add(nanos);
        }

        @Override
        public synchronized Happenings happenings() {
            List<Happening> taken = new ArrayList<>(edges.size());
            edges.forEach(nanos -> taken.add(new Happening(nanos, measured(nanos))));
            edges.clear();
            Happenings all = new Happenings(taken, lost);
            lost = 0;
            return all;
        }

        @Override
        public List<Measurement> read() {
            return measured(System.nanoTime());
        }

        private static List<Measurement> measured(long nanos) {
            return List.of(new Measurement("monotonic", nanos / NANOS_PER_SECOND, "s"));
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
