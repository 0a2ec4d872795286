package io.pipit.core;

import io.pipit.model.BootClock;
import io.pipit.monitor.Health;
import io.pipit.port.ReadingStore;
import io.pipit.port.TimeSource;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

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
    private @Nullable BootClock current;
    private long nextLookNanos;

    WallClock(TimeSource time, Ingest own, ReadingStore.Recovered recovered, Health health) {
        this.time = time;
        this.own = own;
        this.health = health;
        this.nextLookNanos = time.monotonicNanos();
        this.current =
                recovered.clocks().stream()
                        .filter(clock -> clock.at().boot() == recovered.boot())
                        .max(Comparator.comparingLong(BootClock::sequence))
                        .orElse(null);
    }

    long nextDeadlineNanos() {
        return nextLookNanos;
    }

    /** What the log has to say about the clock from now on; null where that stays as it is. */
    @Nullable BootClock look() {
        nextLookNanos = Timing.atFullSecond(time.monotonicNanos() + 1);
        long monotonicMicros = time.monotonicMicros();
        long offsetMicros = time.wallMicros() - monotonicMicros;
        boolean synchronised = time.synchronised();
        health.set(
                Health.Part.CLOCK,
                synchronised ? Health.Status.OK : Health.Status.DEGRADED,
                synchronised ? "" : "not synchronised yet; readings are put right when it is");
        if (current != null
                && current.synchronised() == synchronised
                && Math.abs(current.offsetMicros() - offsetMicros) <= OFF_MAX_MICROS) {
            return null;
        }
        BootClock clock = own.take(monotonicMicros, offsetMicros, synchronised);
        if (clock != null) {
            current = clock;
        }
        return clock;
    }
}
