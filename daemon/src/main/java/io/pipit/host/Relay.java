package io.pipit.host;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Carries a reading through the parts of the node on one thread. Each part does one thing at a time
 * and has a thread of its own; but to wake that costs more than most of what it would do. So a
 * thread that brings work to a part goes on with it itself, where nobody is at it: not before what
 * it did until then is done, so that no part waits for another one.
 *
 * <p>Only what runs in {@link #execute} does so; everybody else wakes the part's own thread.
 * Thread-safe.
 */
public final class Relay implements Executor {
    /** A part, as whoever brings work to it sees it. */
    interface Leg {
        /** Does some of what waits, unless somebody is at it; never waits for that one. */
        void runIfFree();
    }

    /** Where each thread that is on its way goes next; nothing for those that aren't. */
    // Each node of a process has its own, so it isn't static.
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable Deque<Leg>> ways = new ThreadLocal<>();

    /** Runs it on this thread, and then what it brought to others. */
    @Override
    public void execute(Runnable work) {
        if (ways.get() != null) {
            work.run();
            return;
        }
        Deque<Leg> way = new ArrayDeque<>(4);
        ways.set(way);
        try {
            work.run();
            for (Leg next = way.poll(); next != null; next = way.poll()) {
                next.runIfFree();
            }
        } finally {
            ways.remove();
            // Left over where something threw: somebody has to do it.
            way.forEach(Leg::runIfFree);
        }
    }

    /**
     * This thread brought something to that part.
     *
     * @return whether the thread takes care of it; where not, its own has to be woken
     */
    boolean takes(Leg leg) {
        Deque<Leg> way = ways.get();
        if (way == null) {
            return false;
        }
        if (!way.contains(leg)) {
            way.add(leg);
        }
        return true;
    }
}
