package io.pipit.core.rules;

import io.pipit.config.rule.Action.Target;
import io.pipit.core.timing.Timing;
import io.pipit.port.acting.Actuators.Outcome;
import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.port.rules.RuleStatus;
import io.pipit.port.rules.RuleStatus.State;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One actuator as one rule holds it: written at once, again when half of the lease is over, and
 * after a refusal ever more rarely for as long as it is wanted. Node loop.
 */
final class Holding {
    /** Two writes are at least so far apart, however often a rule changes its mind. */
    static final long GAP_NANOS = 100 * Timing.MILLISECOND;

    /** A write without an outcome for so long is given up. */
    static final long ANSWER_NANOS_MAX = 30 * Timing.SECOND;

    private record Wish(double value, Duration lease) {}

    final Target target;
    private final Writes writes;
    private final String topic;
    private final Timing.Backoff retrying;
    private @Nullable Wish wanted;
    private @Nullable Wish sent;
    private long sentNanos;
    private long dueNanos = Timing.NEVER;

    /** Of the write whose outcome isn't there yet; 0 where there is none. */
    private long number;

    private State state = State.WAITING;
    private String reason = "";

    /** Whether the health says that it can't be set. */
    private boolean complained;

    Holding(Target target, Writes writes) {
        this.target = target;
        this.writes = writes;
        this.topic = "rule write " + writes.number();
        this.retrying = new Timing.Backoff(writes.entropy);
    }

    /** From now on it is to have this value. */
    void want(double value, Duration lease, long nowNanos) {
        Wish wish = new Wish(value, lease);
        if (!wish.equals(wanted)) {
            wanted = wish;
            retrying.reset();
            dueNanos = dueAfter(nowNanos);
        }
    }

    /** It is left to end, and that it can't be set is nobody's trouble any more. */
    void release() {
        wanted = null;
        dueNanos = Timing.NEVER;
        complain("", "");
    }

    /** What isn't wanted any more is no trouble, whatever becomes of the last write. */
    private void complain(String rule, String why) {
        String trouble = wanted == null ? "" : why;
        if (complained || !trouble.isEmpty()) {
            complained = !trouble.isEmpty();
            writes.complain(topic, rule, target, trouble);
        }
    }

    /** What is held already needn't be written again yet. */
    private long dueAfter(long nowNanos) {
        if (wanted == null) {
            return Timing.NEVER;
        }
        if (sent == null) {
            return nowNanos;
        }
        long renewal = sentNanos + sent.lease().toNanos() / 2;
        if (state == State.SET && sent.equals(wanted) && renewal > nowNanos) {
            return renewal;
        }
        if (sentNanos + GAP_NANOS > nowNanos) {
            writes.counters.heldBack().increment();
            return sentNanos + GAP_NANOS;
        }
        return nowNanos;
    }

    /** What failed is tried again later; what is wanted by now may be something else. */
    private long dueAfterFailure(long nowNanos) {
        return wanted != null && wanted.equals(sent)
                ? nowNanos + retrying.next()
                : dueAfter(nowNanos);
    }

    long nextNanos() {
        return number != 0 ? sentNanos + ANSWER_NANOS_MAX : dueNanos;
    }

    /** Does what is due. */
    void tick(String rule, long nowNanos) {
        if (nextNanos() > nowNanos) {
            return;
        }
        if (number != 0) {
            number = 0;
            state = State.UNANSWERED;
            writes.counters.unanswered().increment();
            writes.failed(rule, target, "no answer for 30 s");
            complain(rule, "no answer for 30 s");
            dueNanos = dueAfterFailure(nowNanos);
            return;
        }
        Wish wish = wanted;
        if (wish != null) {
            sent = wish;
            sentNanos = nowNanos;
            state = State.WAITING;
            reason = "";
            number = writes.number();
            writes.send(
                    number,
                    new Write(
                            target.node().orElse(null),
                            target.actuator(),
                            wish.value(),
                            wish.lease(),
                            new Writer(Writer.Kind.RULE, rule)));
        }
    }

    /** What became of a write. */
    void acted(String rule, long which, Outcome outcome, long nowNanos) {
        if (which != number) {
            return;
        }
        number = 0;
        switch (outcome) {
            case Outcome.Done() -> {
                state = State.SET;
                retrying.reset();
                writes.done(rule, target, nowNanos - sentNanos);
                complain(rule, "");
                dueNanos = dueAfter(nowNanos);
            }
            case Outcome.Refused(String why, boolean outranked) -> {
                state = State.REFUSED;
                reason = why;
                writes.counters.refused().increment();
                writes.failed(rule, target, why);
                complain(rule, outranked ? "" : why);
                dueNanos = dueAfterFailure(nowNanos);
            }
        }
    }

    /** As people see it; empty where nothing was written yet. */
    Optional<RuleStatus.Set> status() {
        return Optional.ofNullable(sent)
                .map(last ->
                        new RuleStatus.Set(
                                target.toString(),
                                last.value(),
                                sentNanos,
                                wanted != null,
                                state,
                                reason));
    }
}
