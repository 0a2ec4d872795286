package io.pipit.tcp;

import io.pipit.port.TimeSource;

/** The machine's clock, as loopback tests take it. */
final class RealTime implements TimeSource {
    @Override
    public long monotonicNanos() {
        return System.nanoTime();
    }

    @Override
    public long wallMicros() {
        return 0;
    }

    @Override
    public boolean synchronised() {
        return true;
    }
}
