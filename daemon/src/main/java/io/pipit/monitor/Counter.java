package io.pipit.monitor;

import java.util.concurrent.atomic.LongAdder;

/** Counts up from 0. Thread-safe, and cheap enough for every message. */
public final class Counter {
    private final LongAdder count = new LongAdder();

    /** One more. */
    public void increment() {
        count.increment();
    }

    /** So many more; not negative. */
    public void add(long more) {
        count.add(more);
    }

    /** How many so far. */
    public long count() {
        return count.sum();
    }
}
