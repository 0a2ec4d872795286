package io.pipit.core.transfer;

import io.pipit.port.bulk.Outgoing;
import io.pipit.port.bulk.TransferStatus;
import io.pipit.port.bulk.TransferStatus.State;

/** One file on its way, and how fast that goes. Node loop. */
final class Transfer {
    /** Over how long a rate is measured, at the least. */
    private static final long SAMPLE_NANOS = 1_000_000_000L;

    /** How much the newest sample counts. */
    private static final double NEWEST = 0.4;

    private static final double NANOS_PER_SECOND = 1e9;

    final Outgoing file;
    State state = State.WAITING;
    String reason = "";

    /** Whether somebody gave it up while it was being sent. */
    boolean cancelled;

    /** Not before, monotonic. */
    long againNanos = Long.MIN_VALUE;

    private long bytes;
    private double rate;
    private long sampleBytes;
    private long sampleNanos;
    private boolean sampled;

    Transfer(Outgoing file) {
        this.file = file;
    }

    /** It begins, or goes on; the peer says how far it is. */
    void sending() {
        state = State.SENDING;
        reason = "";
        rate = 0;
        sampled = false;
    }

    void progress(long held, long nowNanos) {
        bytes = Math.clamp(held, 0, file.bytes());
        if (!sampled) {
            // What was held before this began says nothing of how fast it goes.
            sampled = true;
            sampleBytes = bytes;
            sampleNanos = nowNanos;
        } else if (nowNanos - sampleNanos >= SAMPLE_NANOS) {
            double now = (bytes - sampleBytes) * NANOS_PER_SECOND / (nowNanos - sampleNanos);
            rate = rate == 0 ? now : NEWEST * now + (1 - NEWEST) * rate;
            sampleBytes = bytes;
            sampleNanos = nowNanos;
        }
    }

    /** It moves no more. */
    void ended(State as, String why) {
        state = as;
        reason = why;
        rate = 0;
        if (as == State.DELIVERED) {
            bytes = file.bytes();
        }
    }

    TransferStatus status() {
        double left = rate > 0 ? (file.bytes() - bytes) / rate : -1;
        return new TransferStatus(file, state, bytes, Math.round(Math.max(0, rate)), left, reason);
    }
}
