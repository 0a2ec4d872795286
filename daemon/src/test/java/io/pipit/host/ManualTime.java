package io.pipit.host;

import io.pipit.drivers.BusClock;
import io.pipit.port.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Clocks that stand until a test moves them, or a driver waits. */
public final class ManualTime implements TimeSource, BusClock {
    private final AtomicLong nanos;

    public ManualTime() {
        this(1_000_000_000_000L);
    }

    /** Ones that stand there at first. */
    public ManualTime(long monotonicNanos) {
        nanos = new AtomicLong(monotonicNanos);
    }

    public void advanceNanos(long more) {
        nanos.addAndGet(more);
    }

    /** To this reading of the clock, where it isn't past. */
    public void advanceTo(long monotonicNanos) {
        nanos.accumulateAndGet(monotonicNanos, Math::max);
    }

    public void advanceSeconds(long more) {
        advanceNanos(more * 1_000_000_000);
    }

    @Override
    public long monotonicNanos() {
        return nanos.get();
    }

    @Override
    public long wallMicros() {
        return 0;
    }

    @Override
    public boolean synchronised() {
        return false;
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public void pause(Duration length) {
        advanceNanos(length.toNanos());
    }
}
