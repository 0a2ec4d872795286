package io.pipit.core.acting;

import io.pipit.port.acting.ActuatorStatus;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.port.acting.Order;
import io.pipit.port.acting.Outlet;
import io.pipit.port.acting.Verdict;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One actuator: how it is configured, who holds it, and what is under way to it. Node loop. */
final class Lane {
    /** Writes to one actuator that aren't done yet. */
    static final int UNDER_WAY_MAX = 16;

    /** A write that was taken and isn't done yet. */
    private record UnderWay(long number, CompletableFuture<Verdict> answer) {}

    private final Deque<UnderWay> underWay = new ArrayDeque<>();
    Outlet outlet;

    /** Null where it is safe, or on its way there. */
    @Nullable Order held;

    /** When the lease ends, monotonic. */
    long untilNanos;

    /** Whether it can be set. */
    boolean open;

    /** Which time that it is open this is. */
    long session;

    /** What it is set to; not a number where that isn't known, or is nothing. */
    double value = Double.NaN;

    /** Since when; 0 where it was never set. */
    long sinceNanos;

    /** Why it can't be set. */
    String reason = "";

    Lane(Outlet outlet) {
        this.outlet = outlet;
    }

    boolean isFull() {
        return underWay.size() >= UNDER_WAY_MAX;
    }

    void begin(long number, CompletableFuture<Verdict> answer) {
        underWay.add(new UnderWay(number, answer));
    }

    /** All up to this one are over. */
    void settle(long through, Verdict verdict) {
        while (!underWay.isEmpty() && underWay.element().number <= through) {
            UnderWay one = underWay.remove();
            one.answer.complete(
                    one.number == through || !verdict.isDone()
                            ? verdict
                            : new Verdict(
                                    Verdict.Kind.HELD,
                                    "another write to "
                                            + outlet.name()
                                            + " came before this one was done"));
        }
    }

    void settleAll(Verdict verdict) {
        settle(Long.MAX_VALUE, verdict);
    }

    @Nullable Writer holder() {
        return held == null ? null : held.by();
    }

    ActuatorStatus status() {
        return new ActuatorStatus(outlet, value, sinceNanos, holder(), untilNanos, open, reason);
    }
}
