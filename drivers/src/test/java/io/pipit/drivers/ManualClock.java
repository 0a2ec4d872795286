package io.pipit.drivers;

import java.time.Duration;

/** A clock that moves only where somebody waits on it. */
public final class ManualClock implements BusClock {

    private long nanos;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void pause(Duration length) {
        nanos += length.toNanos();
    }
}
