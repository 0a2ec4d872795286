package io.pipit.core;

import io.pipit.core.timing.Timing;
import io.pipit.model.BootClock;
import io.pipit.model.Stamp;
import io.pipit.monitor.Health;
import io.pipit.port.ReadingStore;
import io.pipit.port.TimeSource;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Notices when the wall clock is no longer what the log says of it: then the log gets a new {@link
 * BootClock}. Looks once a second. Node loop.
 *
 * <p>A clock is written down before anybody is told of it, and the next one only when it is in the
 * log for good: whatever moment the power fails at, what a subscriber knows of a boot's time, the
 * log knows too.
 */
final class WallClock {
    /** How far the wall clock may be from what the log says. */
    static final long OFF_MAX_MICROS = 50_000;

    private final TimeSource time;
    private final ReadingStore store;
    private final int boot;
    private final Ingest own;
    private final Health health;

    /** What the log says of this boot. */
    private boolean said;

    private long saidOffsetMicros;
    private boolean saidSynchronised;
    private long nextLookNanos;

    /** The one on its way into the log. */
    private @Nullable BootClock underWay;

    /** Whether that one is written down. */
    private boolean noted;

    /** Its place; 0 as long as it has none. */
    private long place;

    WallClock(
            TimeSource time,
            ReadingStore store,
            Ingest own,
            ReadingStore.Recovered recovered,
            Health health) {
        this.time = time;
        this.store = store;
        this.boot = recovered.boot();
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

    /** Compares; what has changed goes on its way into the log. */
    void look(Ingest.Growth growth) {
        nextLookNanos = Timing.atFullSecond(time.monotonicNanos() + 1);
        // First, since it may be set at this very moment: what it was before that was not right.
        boolean synchronised = time.synchronised();
        long monotonicMicros = time.monotonicMicros();
        long offsetMicros = time.wallMicros() - monotonicMicros;
        health.set(
                Health.Part.CLOCK,
                synchronised ? Health.Status.OK : Health.Status.DEGRADED,
                synchronised ? "" : "not synchronised yet; readings are put right when it is");
        publish(growth);
        if (underWay != null
                || (said
                        && synchronised == saidSynchronised
                        && Math.abs(offsetMicros - saidOffsetMicros) <= OFF_MAX_MICROS)) {
            return;
        }
        said = true;
        saidOffsetMicros = offsetMicros;
        saidSynchronised = synchronised;
        underWay = new BootClock(0, new Stamp(boot, monotonicMicros), offsetMicros, synchronised);
        noted = false;
        place = 0;
        store.note(underWay);
    }

    /** This one is written down. */
    void noted(BootClock clock, Ingest.Growth growth) {
        noted |= clock.equals(underWay);
        publish(growth);
    }

    /** Gives the one that is written down its place, as soon as there is one. */
    void publish(Ingest.Growth growth) {
        if (underWay != null && noted && place == 0) {
            place = own.take(underWay, growth);
        }
    }

    /** The own log is durable up to there. */
    void committed(long ownThrough) {
        if (place != 0 && ownThrough >= place) {
            underWay = null;
        }
    }
}
