package io.pipit.store;

import io.pipit.model.BootClock;
import io.pipit.model.LogEntry;
import io.pipit.port.ReadingStore.Cursor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Calls that were taken and aren't committed yet: the queue to the writer, and for readers the tail
 * of the logs. Thread-safe; waits only in {@link #await}, the writer's.
 */
final class Pending {
    /** Entries that wait at the most; a call without entries counts as one. */
    static final int ENTRIES_MAX = 65_536;

    /** As many as this are committed without waiting longer: more make a commit no cheaper. */
    static final int ENTRIES_DUE = 4_096;

    /**
     * One call.
     *
     * @param cursor null for the own log
     * @param queuedNanos monotonic
     */
    record Call(
            StoredLog log,
            @Nullable Cursor cursor,
            List<LogEntry> entries,
            long completeTo,
            long queuedNanos) {
        int weight() {
            return Math.max(1, entries.size());
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Call> calls = new ArrayDeque<>();
    private int entries;
    private long reserve;
    private @Nullable BootClock note;
    private @Nullable Call flushed;
    private boolean closing;
    private boolean news;

    /** Whether a call with so many entries is taken now. */
    boolean hasRoom(int more) {
        lock.lock();
        try {
            return entries == 0 || entries + Math.max(1, more) <= ENTRIES_MAX;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a call for which there was room. */
    void add(Call call) {
        lock.lock();
        try {
            boolean first = calls.isEmpty();
            boolean due = entries >= ENTRIES_DUE;
            calls.add(call);
            entries += call.weight();
            if (first || (!due && entries >= ENTRIES_DUE)) {
                tell();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Asks for a reservation; of several the furthest. */
    void reserve(long through) {
        lock.lock();
        try {
            reserve = Math.max(reserve, through);
            tell();
        } finally {
            lock.unlock();
        }
    }

    /** The furthest that was ever asked for. */
    long reserve() {
        lock.lock();
        try {
            return reserve;
        } finally {
            lock.unlock();
        }
    }

    /** Has a clock written down, in place of one that waits. */
    void note(BootClock clock) {
        lock.lock();
        try {
            note = clock;
            tell();
        } finally {
            lock.unlock();
        }
    }

    /** The clock that is to be written down; null where none is. */
    @Nullable BootClock note() {
        lock.lock();
        try {
            return note;
        } finally {
            lock.unlock();
        }
    }

    /** This one is, unless another took its place. */
    void noted(BootClock clock) {
        lock.lock();
        try {
            if (clock.equals(note)) {
                note = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** From the oldest on whole calls, of at most so many entries, but at least one call. */
    List<Call> first(int entriesMax) {
        lock.lock();
        try {
            List<Call> first = new ArrayList<>();
            int taken = 0;
            for (Call call : calls) {
                if (taken > 0 && taken + call.weight() > entriesMax) {
                    break;
                }
                first.add(call);
                taken += call.weight();
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** These, the oldest, are committed. */
    void remove(List<Call> committed) {
        lock.lock();
        try {
            for (Call call : committed) {
                calls.remove();
                entries -= call.weight();
                if (call.equals(flushed)) {
                    flushed = null;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** All that is seen of a log before it is committed, in the order of the calls. */
    List<LogEntry> tail(StoredLog log) {
        lock.lock();
        try {
            List<LogEntry> tail = new ArrayList<>();
            for (Call call : calls) {
                if (call.log == log) {
                    tail.addAll(call.entries);
                }
            }
            return tail;
        } finally {
            lock.unlock();
        }
    }

    int entries() {
        lock.lock();
        try {
            return entries;
        } finally {
            lock.unlock();
        }
    }

    /** When the oldest call was queued, monotonic nanoseconds; null where nothing waits. */
    @Nullable Long oldestNanos() {
        lock.lock();
        try {
            Call oldest = calls.peek();
            return oldest == null ? null : oldest.queuedNanos;
        } finally {
            lock.unlock();
        }
    }

    /** What waits now needn't wait for more. */
    void flush() {
        lock.lock();
        try {
            flushed = calls.peekLast();
            tell();
        } finally {
            lock.unlock();
        }
    }

    /** Whether something waits that needn't. */
    boolean isFlushing() {
        lock.lock();
        try {
            return flushed != null;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closing = true;
            tell();
        } finally {
            lock.unlock();
        }
    }

    boolean closing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits so long, or until there is something to look at; {@link Long#MAX_VALUE} is without end.
     */
    void await(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!news && left > 0) {
                if (nanos == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    left = changed.awaitNanos(left);
                }
            }
            news = false;
        } finally {
            lock.unlock();
        }
    }

    private void tell() {
        news = true;
        changed.signal();
    }
}
