package io.pipit.discovery.rung;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.monitor.OnceLog;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/**
 * What a rung says of itself, and its numbers. Each different trouble goes to the journal once.
 * Thread-safe.
 */
public final class RungReport {
    private final Rung rung;
    private final OnceLog log = new OnceLog(LoggerFactory.getLogger(RungReport.class));
    private final Counter in;
    private final Counter out;
    private final Counter refused;
    private Status status = Status.OFF;
    private String reason = "not started yet";

    /** Its numbers are {@code pipit_discovery_RUNG_in}, {@code _out} and {@code _refused}. */
    public RungReport(Rung rung, Metrics metrics) {
        this.rung = rung;
        String name = "pipit_discovery_" + rung.name().toLowerCase(Locale.ROOT);
        in = metrics.counter(name + "_in", "What came in by discovery's way " + rung);
        out = metrics.counter(name + "_out", "What went out by discovery's way " + rung);
        refused =
                metrics.counter(
                        name + "_refused", "What discovery's way " + rung + " didn't believe");
    }

    /** One more came in. */
    public void cameIn() {
        in.increment();
    }

    /** One more went out. */
    public void wentOut() {
        out.increment();
    }

    /** One more of what came in was malformed, too much, or not to be believed. */
    public void refused() {
        refused.increment();
    }

    /** It isn't in use, and why. */
    public void off(String why) {
        set(Status.OFF, why);
    }

    /** It works; the words say what it does. */
    public void works(String how) {
        if (set(Status.OK, how)) {
            log.well("discovery by " + rung, "works");
        }
    }

    /** It works in part. */
    public void limps(String why) {
        set(Status.DEGRADED, why);
        log.warn("discovery by " + rung, why);
    }

    /** It doesn't work. */
    public void fails(String why) {
        set(Status.FAILED, why);
        log.warn("discovery by " + rung, why);
    }

    private synchronized boolean set(Status now, String why) {
        boolean other = status != now;
        status = now;
        reason = why;
        return other;
    }

    /**
     * How it is doing.
     *
     * @param found as {@link RungState#found}
     */
    public synchronized RungState state(int found) {
        return new RungState(rung, status, reason, found, in.count(), out.count(), refused.count());
    }
}
