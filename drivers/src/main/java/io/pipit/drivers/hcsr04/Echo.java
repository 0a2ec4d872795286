package io.pipit.drivers.hcsr04;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.line.Edge;
import io.pipit.drivers.line.EdgeListener;

/** The pulse that answers a trigger. Written on the thread of edges, read on the sensor's. */
final class Echo implements EdgeListener {

    /** A pulse has two; what comes after them is only counted. */
    private static final int EDGES = 2;

    private final long[] nanos = new long[EDGES];
    private int seen;
    private boolean broken;
    private String failure = "";

    /** Forgets what was: the next pulse is the one. */
    synchronized void arm() {
        seen = 0;
        broken = false;
    }

    @Override
    public synchronized void edge(Edge edge) {
        boolean expected = edge.active() == (seen == 0);
        if (seen < EDGES && expected && edge.lost() == 0) {
            nanos[seen++] = edge.nanos();
        } else {
            broken = true;
        }
    }

    @Override
    public synchronized void failed(String reason) {
        failure = reason;
    }

    /** Whether the pulse has begun. */
    synchronized boolean hasBegun() {
        return seen > 0;
    }

    /** Whether there is nothing more to wait for. */
    synchronized boolean isOver() {
        return seen == EDGES || broken || !failure.isEmpty();
    }

    /** Whether there were other edges than those of one pulse. */
    synchronized boolean isBroken() {
        return broken;
    }

    /** How long the pulse was; negative where it has no end yet. */
    synchronized long lengthNanos() throws SensorException {
        if (!failure.isEmpty()) {
            throw new SensorException(Category.ABSENT, failure);
        }
        return seen == EDGES ? nanos[1] - nanos[0] : -1;
    }
}
