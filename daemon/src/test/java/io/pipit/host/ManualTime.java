package io.pipit.host;

import io.pipit.port.TimeSource;
import java.util.concurrent.atomic.AtomicLong;

/** Clocks that stand until a test moves them. */
public final class ManualTime implements TimeSource {
    private final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);

    public void advanceNanos(long more) {
        nanos.addAndGet(more);
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
}
