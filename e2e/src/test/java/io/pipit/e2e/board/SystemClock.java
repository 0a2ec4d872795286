package io.pipit.e2e.board;

import io.pipit.drivers.BusClock;
import java.time.Duration;

/** The board's own clock, for what runs on it. */
record SystemClock() implements BusClock {
    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void pause(Duration duration) throws InterruptedException {
        Thread.sleep(duration);
    }
}
