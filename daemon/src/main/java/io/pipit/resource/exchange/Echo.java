package io.pipit.resource.exchange;

import io.pipit.port.TimeSource;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * What this run of the node gives to peers so that they show with their next request that this is
 * of now: one that was under way for long, or was meant for a run before, has an old one (RFC 9175,
 * section 2). It keeps out what comes late, not liars: whoever may ask gets one. Thread-safe.
 *
 * <pre>
 * 0       8             12
 * | run   | issued at   |   seconds of the monotonic clock, modulo 2^32
 * </pre>
 */
public final class Echo {
    /** No value at all. */
    public static final byte[] NONE = {};

    /** A value is good for so long: twice what passes between two questions of a peer. */
    public static final Duration GOOD = Duration.ofSeconds(60);

    private static final int BYTES = Long.BYTES + Integer.BYTES;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final TimeSource time;
    private final long run;

    /**
     * Of one run.
     *
     * @param run tells it from all others
     */
    public Echo(TimeSource time, long run) {
        this.time = time;
        this.run = run;
    }

    /** A value that is good from now on. */
    public byte[] now() {
        return ByteBuffer.allocate(BYTES).putLong(run).putInt(seconds()).array();
    }

    /** Whether a request with this value was made within {@link #GOOD}, for this run. */
    public boolean isGood(byte[] value) {
        if (value.length != BYTES) {
            return false;
        }
        ByteBuffer said = ByteBuffer.wrap(value);
        return said.getLong() == run
                && Integer.compareUnsigned(seconds() - said.getInt(), (int) GOOD.toSeconds()) <= 0;
    }

    private int seconds() {
        return (int) (time.monotonicNanos() / NANOS_PER_SECOND);
    }
}
