package io.pipit.drivers.gpio;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.line.Edge;
import io.pipit.drivers.line.EdgeListener;
import io.pipit.drivers.line.EdgeSource;
import java.time.Duration;
import java.util.List;

/**
 * A line whose pulses are counted, or their frequency measured, by their own times. What the kernel
 * had no room for is counted, too, since it numbers the edges.
 */
final class PulseSensor implements Sensor {

    /** Without a pulse for so long nothing turns or flows. */
    static final Duration STILL_AFTER = Duration.ofSeconds(10);

    private final LineInput line;
    private final BusClock clock;
    private final boolean frequency;
    private final Meter meter = new Meter();
    private long countBefore;
    private long nanosBefore;
    private double hertzBefore;

    PulseSensor(LineInput line, EdgeSource source, BusClock clock, boolean frequency) {
        this.line = line;
        this.clock = clock;
        this.frequency = frequency;
        source.listen(meter);
    }

    @Override
    public List<Measurement> read() throws SensorException {
        // Tells where the line is gone, which pulses that do not come would not.
        boolean ignored = line.isActive();
        Pulses now = meter.pulses();
        return List.of(
                frequency
                        ? new Measurement("frequency", hertz(now), "Hz")
                        : new Measurement("count", now.count, "count"));
    }

    /** From the last pulse before the reading before to the last one now: whole periods. */
    private double hertz(Pulses now) {
        long news = now.count - countBefore;
        double hertz;
        if (now.count == 0) {
            return 0;
        }
        if (news > 0) {
            boolean first = countBefore == 0;
            long periods = first ? news - 1 : news;
            long from = first ? now.firstNanos : nanosBefore;
            long nanos = now.lastNanos - from;
            hertz = nanos > 0 ? periods * 1e9 / nanos : 0;
        } else {
            long nanos = clock.nanoTime() - now.lastNanos;
            // It can't be faster than the time since the last one allows.
            hertz = nanos > STILL_AFTER.toNanos() ? 0 : Math.min(hertzBefore, 1e9 / nanos);
        }
        countBefore = now.count;
        nanosBefore = now.lastNanos;
        hertzBefore = hertz;
        return hertz;
    }

    @Override
    public void close() {
        line.close();
    }

    private record Pulses(long count, long firstNanos, long lastNanos) {}

    /** Written on the thread that waits for edges, read on that of the bus. */
    private static final class Meter implements EdgeListener {

        private Pulses pulses = new Pulses(0, 0, 0);
        private String failure = "";

        @Override
        public synchronized void edge(Edge edge) {
            if (edge.active()) {
                pulses =
                        new Pulses(
                                pulses.count + 1 + edge.lost(),
                                pulses.count == 0 ? edge.nanos() : pulses.firstNanos,
                                edge.nanos());
            }
        }

        @Override
        public synchronized void failed(String reason) {
            failure = reason;
        }

        private synchronized Pulses pulses() throws SensorException {
            if (!failure.isEmpty()) {
                throw new SensorException(Category.ABSENT, failure);
            }
            return pulses;
        }
    }
}
