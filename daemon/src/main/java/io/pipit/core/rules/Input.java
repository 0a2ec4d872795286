package io.pipit.core.rules;

import io.pipit.config.rule.SeriesName;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import org.jspecify.annotations.Nullable;

/**
 * The newest reading of one series. How old it is is told without anybody's wall clock: of two
 * readings of one boot the one that came the later after it was taken was held up on the way, by as
 * much. Node loop.
 */
final class Input {
    /** So much faster two monotonic clocks may run than each other: 200 millionths. */
    private static final long DRIFT_DIVISOR = 5_000;

    private static final long NANOS_PER_MICRO = 1_000;

    final SeriesName name;

    /** From when on readings were listened for. */
    final long startNanos;

    private @Nullable NodeId origin;
    private @Nullable LogId log;
    private int boot;
    private long sequence;
    private long takenNanos;
    private long wayNanosMin;
    private long arrivedNanos;
    private double value;
    private String unit = "";
    private long stampMicros;
    private boolean gone;

    /** Counts readings, so that a term sees whether there is another one. */
    private long count;

    Input(SeriesName name, long startNanos) {
        this.name = name;
        this.startNanos = startNanos;
    }

    /**
     * Takes a live reading.
     *
     * @return false where it is an older one than that which is there
     */
    boolean take(NodeId from, LogId of, Reading reading, long nowNanos) {
        boolean sameLog = log != null && of.equals(log) && origin != null && from.equals(origin);
        if (sameLog && reading.sequence() <= sequence) {
            return false;
        }
        long stampNanos = reading.at().monotonicMicros() * NANOS_PER_MICRO;
        long way = nowNanos - stampNanos;
        if (sameLog && boot == reading.at().boot()) {
            wayNanosMin = Math.min(wayNanosMin + (nowNanos - arrivedNanos) / DRIFT_DIVISOR, way);
        } else {
            wayNanosMin = way;
        }
        origin = from;
        log = of;
        boot = reading.at().boot();
        sequence = reading.sequence();
        arrivedNanos = nowNanos;
        takenNanos = nowNanos - (way - wayNanosMin);
        value = reading.value();
        unit = reading.unit();
        stampMicros = reading.at().monotonicMicros();
        gone = false;
        count++;
        return true;
    }

    /** Whether its node is heard. */
    void heard(boolean isHeard) {
        gone = !isHeard;
    }

    /** Whose it is; null as long as nothing came. */
    @Nullable NodeId origin() {
        return origin;
    }

    boolean isThere() {
        return count > 0;
    }

    boolean isGone() {
        return gone;
    }

    long count() {
        return count;
    }

    double value() {
        return value;
    }

    String unit() {
        return unit;
    }

    /** When it was taken, on this node's monotonic clock. */
    long takenNanos() {
        return takenNanos;
    }

    /** When it was taken, on its own node's. */
    long stampMicros() {
        return stampMicros;
    }

    /** Tells readings apart whose stamps can't be compared. */
    boolean isOfBoot(@Nullable LogId otherLog, int otherBoot) {
        return boot == otherBoot && log != null && log.equals(otherLog);
    }

    @Nullable LogId log() {
        return log;
    }

    int boot() {
        return boot;
    }
}
