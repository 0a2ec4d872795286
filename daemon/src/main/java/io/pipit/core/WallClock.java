package io.pipit.core;

import io.pipit.model.BootClock;
import io.pipit.monitor.Health;
import io.pipit.port.ReadingStore;
import io.pipit.port.TimeSource;
import java.util.Comparator;

/**
 * Notices when the wall clock is no longer what the log says of it: then the log gets a new {@link
 * BootClock}. Looks once a second. Node loop.
 */
final class WallClock {
    /** How far the wall clock may be from what the log says. */
    static final long OFF_MAX_MICROS = 50_000;

    private final TimeSource time;
    private final Ingest own;
    private final Health health;

    /** What the log says of this boot. */
    private boolean said;

    private long saidOffsetMicros;
    private boolean saidSynchronised;
    private long nextLookNanos;

    WallClock(TimeSource time, Ingest own, ReadingStore.Recovered recovered, Health health) {
        this.time = time;
        this.own = own;
        this.health = health;
        this.nextLookNanos = time.monotonicNanos();
        recovered.clocks().stream()
                .filter(clock -> clock.at().boot() == recovered.boot())
                .max(Comparator.comparingLong(BootClock::sequence))
                .ifPresent(clock -> {
                    said = true;
                    saidOffsetMicros = clock.offsetMicros();
                    saidSynchronised = clock.synchronised();
                });
    }

    long nextDeadlineNanos() {
        return nextLookNanos;
    }

    /** Compares; what has changed goes into the log. */
    void look(Ingest.Growth growth) {
        nextLookNanos = Timing.atFullSecond(time.monotonicNanos() + 1);
        long monotonicMicros = time.monotonicMicros();
        long offsetMicros = time.wallMicros() - monotonicMicros;
        boolean synchronised = time.synchronised();
        health.set(
                Health.Part.CLOCK,
                synchronised ? Health.Status.OK : Health.Status.DEGRADED,
                synchronised ? "" : "not synchronised yet; readings are put right when it is");
        if (said
                && synchronised == saidSynchronised
                && Math.abs(offsetMicros - saidOffsetMicros) <= OFF_MAX_MICROS) {
            return;
        }
        if (own.take(monotonicMicros, offsetMicros, synchronised, growth)) {
            said = true;
            saidOffsetMicros = offsetMicros;
            saidSynchronised = synchronised;
        }
    }
}
