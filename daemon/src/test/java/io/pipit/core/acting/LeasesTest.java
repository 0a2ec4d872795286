package io.pipit.core.acting;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.Act;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.acting.ActuatorStatus;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.port.acting.Actuators.Writer.Kind;
import io.pipit.port.acting.Order;
import io.pipit.port.acting.Order.Origin;
import io.pipit.port.acting.Outlet;
import io.pipit.port.acting.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeasesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Writer LOCAL = new Writer(Kind.LOCAL, "");
    private static final Writer SHED = new Writer(Kind.PEER, "shed");
    private static final Writer RULE = new Writer(Kind.RULE, "ventilation");
    private static final NodeId NODE =
            NodeId.parse("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA").orElseThrow();

    /** The clocks, moved by hand: the wall clock wherever it likes. */
    private static final class Clock implements TimeSource {
        private long nowNanos = 50 * SECOND;
        private long wallMicros = 1_767_225_600_000_000L;

        @Override
        public long monotonicNanos() {
            return nowNanos;
        }

        @Override
        public long wallMicros() {
            return wallMicros;
        }

        @Override
        public boolean synchronised() {
            return true;
        }
    }

    private static final class Remembering implements Act.Memory {
        private final List<Act> acts = new ArrayList<>();

        @Override
        public void add(Act act) {
            acts.add(act);
        }

        @Override
        public List<Act> last(@Nullable String actuator, int most) {
            return List.copyOf(acts);
        }
    }

    private final Clock clock = new Clock();
    private final Remembering memory = new Remembering();
    private final Health health = new Health();
    private Metrics metrics = new Metrics();
    private final List<String> set = new ArrayList<>();
    private long lastNumber;
    private double lastValue;
    private long session = 1;
    private Leases leases = leases();

    private Leases leases() {
        return new Leases(
                (actuator, during, number, value) -> {
                    lastNumber = number;
                    lastValue = value;
                    set.add(
                            actuator
                                    + "="
                                    + (Double.isNaN(value) ? "safe" : value)
                                    + (during == session ? "" : " in an old session"));
                },
                memory,
                clock,
                health,
                metrics);
    }

    private static Outlet fan(long generation, String... priority) {
        return new Outlet(
                new Actuator(null, "fan", "state", "/", 0, 1, true, 0),
                generation,
                Duration.ofMinutes(10),
                Duration.ofHours(1),
                List.of(priority));
    }

    private static Outlet servo() {
        return new Outlet(
                new Actuator(null, "vent", "position", "/", 0, 1, false, Double.NaN),
                1,
                MINUTE,
                MINUTE,
                List.of());
    }

    @BeforeEach
    void open() {
        happens(new ActingEvent.Configured(List.of(fan(1))));
        happens(new ActingEvent.Opened("fan", 1, session));
    }

    private void happens(ActingEvent event) {
        leases.handle(new Event.Acting(event));
    }

    private CompletableFuture<Verdict> write(Writer by, double value, Duration lease) {
        return write(by, value, lease, null);
    }

    private CompletableFuture<Verdict> write(
            Writer by, double value, Duration lease, @Nullable Origin origin) {
        return give(new Order("fan", value, lease, by, origin, clock.nowNanos));
    }

    private CompletableFuture<Verdict> give(Order order) {
        CompletableFuture<Verdict> answer = new CompletableFuture<>();
        happens(new ActingEvent.Ordered(order, answer));
        return answer;
    }

    /** The hardware does what it was asked for last. */
    private void applied() {
        happens(new ActingEvent.Applied("fan", session, lastNumber, lastValue));
    }

    private Verdict done(Writer by, double value, Duration lease) {
        CompletableFuture<Verdict> answer = write(by, value, lease);
        applied();
        return answer.getNow(new Verdict(Verdict.Kind.UNAVAILABLE, "not answered"));
    }

    private ActuatorStatus status() {
        return leases.statuses().getFirst();
    }

    private long metric(String name) {
        return new String(metrics.openMetrics(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + "_total ") || line.startsWith(name + " "))
                .map(line -> (long) Double.parseDouble(line.split(" ", -1)[1]))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aWriteIsDoneWhenTheHardwareDidItAndNotBefore() {
        CompletableFuture<Verdict> answer = write(SHED, 1, MINUTE);
        assertThat(answer).isNotDone();
        assertThat(status().value()).isZero();

        applied();

        assertThat(answer).isCompletedWithValue(Verdict.DONE);
        assertThat(status().value()).isEqualTo(1);
        assertThat(status().holder()).isEqualTo(SHED);
        assertThat(status().untilNanos()).isEqualTo(clock.nowNanos + 60 * SECOND);
        assertThat(set).containsExactly("fan=1.0");
    }

    @Test
    void theLeaseEndsAtItsTimeWhateverTheWallClockDoes() {
        done(SHED, 1, MINUTE);
        assertThat(leases.nextDeadlineNanos()).isEqualTo(clock.nowNanos + 60 * SECOND);

        clock.wallMicros += 366L * 86_400 * 1_000_000;
        clock.nowNanos += 60 * SECOND - 1;
        leases.tick();
        assertThat(set).containsExactly("fan=1.0");

        clock.wallMicros -= 2 * 366L * 86_400 * 1_000_000;
        clock.nowNanos += 1;
        leases.tick();
        applied();

        assertThat(set).containsExactly("fan=1.0", "fan=safe");
        assertThat(status().holder()).isNull();
        assertThat(status().value()).isZero();
        assertThat(leases.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(metric("pipit_actuator_leases_ended")).isEqualTo(1);
    }

    @Test
    void theLeaseCountsFromTheArrivalOfTheWrite() {
        long arrived = clock.nowNanos - 300 * MILLISECOND;

        var _ = give(new Order("fan", 1, MINUTE, SHED, null, arrived));

        assertThat(leases.nextDeadlineNanos()).isEqualTo(arrived + 60 * SECOND);
    }

    @Test
    void whoSaysNoLeaseHasTheDefaultOne() {
        done(SHED, 1, Duration.ZERO);

        assertThat(status().untilNanos()).isEqualTo(clock.nowNanos + 600 * SECOND);
    }

    @Test
    void writingAgainHoldsItForLongerAndIsNoNewLine() {
        done(SHED, 1, MINUTE);
        clock.nowNanos += 30 * SECOND;
        done(SHED, 1, MINUTE);
        clock.nowNanos += 31 * SECOND;
        leases.tick();

        assertThat(status().holder()).isEqualTo(SHED);
        assertThat(memory.acts).hasSize(1);
    }

    @Test
    void amongEqualsTheLastOneWins() {
        done(SHED, 1, MINUTE);
        assertThat(done(RULE, 0, MINUTE)).isEqualTo(Verdict.DONE);
        assertThat(done(LOCAL, 1, MINUTE)).isEqualTo(Verdict.DONE);

        assertThat(status().holder()).isEqualTo(LOCAL);
        assertThat(memory.acts)
                .extracting(act -> act.by() + " " + act.value())
                .containsExactly("peer shed 1.0", "rule ventilation 0.0", "local 1.0");
    }

    @Test
    void whoComesFirstIsNotOvertakenWhileTheLeaseLasts() {
        happens(new ActingEvent.Configured(List.of(fan(1, "local", "peer:shed"))));
        done(SHED, 1, MINUTE);

        assertThat(done(RULE, 0, MINUTE))
                .isEqualTo(
                        new Verdict(
                                Verdict.Kind.HELD,
                                "fan is held by peer shed for 1m more, whose writes come before this one's: see priority there"));
        assertThat(done(new Writer(Kind.PEER, "cellar"), 0, MINUTE).kind())
                .isEqualTo(Verdict.Kind.HELD);
        assertThat(done(LOCAL, 0, MINUTE)).isEqualTo(Verdict.DONE);
        assertThat(done(SHED, 1, MINUTE).kind()).isEqualTo(Verdict.Kind.HELD);
        clock.nowNanos += 60 * SECOND;
        assertThat(done(RULE, 1, MINUTE)).isEqualTo(Verdict.DONE);
        assertThat(metric("pipit_actuator_writes_refused")).isEqualTo(3);
    }

    @Test
    void refusesWhatItCanNotBeAndLeasesThatAreTooLong() {
        assertThat(done(SHED, 0.5, MINUTE))
                .isEqualTo(new Verdict(Verdict.Kind.OUT_OF_RANGE, "fan can be 0 or 1, not 0.5"));
        assertThat(done(SHED, Double.NaN, MINUTE).kind()).isEqualTo(Verdict.Kind.OUT_OF_RANGE);
        assertThat(done(SHED, 1, Duration.ofSeconds(Long.MAX_VALUE / 2)).reason())
                .startsWith("fan may be held for 1h at the most (max-lease), not ");
        assertThat(give(new Order("fam", 1, MINUTE, SHED, null, 0)))
                .isCompletedWithValue(
                        new Verdict(Verdict.Kind.UNKNOWN, "no actuator is called fam"));
        assertThat(set).isEmpty();
        assertThat(status().holder()).isNull();
    }

    @Test
    void aReplayedOrLateWriteChangesNothing() {
        Origin second = new Origin(NODE, new LogId(7), 2);
        var _ = write(SHED, 1, MINUTE, second);
        applied();

        assertThat(write(SHED, 0, MINUTE, second))
                .isCompletedWithValue(
                        new Verdict(Verdict.Kind.LATE, "this write was here already"));
        assertThat(write(SHED, 0, MINUTE, new Origin(NODE, new LogId(7), 1)))
                .isCompletedWithValue(
                        new Verdict(
                                Verdict.Kind.LATE, "a later write of its node was here already"));
        assertThat(set).containsExactly("fan=1.0");
        assertThat(metric("pipit_actuator_writes_late")).isEqualTo(2);
    }

    @Test
    void anotherLogOfANodeBeginsAnewAndItsFormerOneIsOver() {
        var _ = write(SHED, 1, MINUTE, new Origin(NODE, new LogId(7), 9));

        var _ = write(SHED, 0, MINUTE, new Origin(NODE, new LogId(8), 1));
        CompletableFuture<Verdict> late =
                write(SHED, 1, MINUTE, new Origin(NODE, new LogId(7), 10));

        assertThat(set).containsExactly("fan=1.0", "fan=0.0");
        assertThat(late.getNow(Verdict.DONE).kind()).isEqualTo(Verdict.Kind.LATE);
    }

    @Test
    void aLeaseEndsWithTheProcess() {
        var _ = write(SHED, 1, MINUTE);
        applied();

        metrics = new Metrics();
        leases = leases();
        open();

        assertThat(status().holder()).isNull();
    }

    @Test
    void aDriverThatFailsEndsTheLeaseAndIsSaidUntilItIsOpenAgain() {
        done(SHED, 1, MINUTE);
        health.set(Part.SENSORS, Status.OK, "");
        CompletableFuture<Verdict> answer = write(SHED, 0, MINUTE);
        happens(new ActingEvent.Failed("fan", 1, "the line is gone"));

        assertThat(answer)
                .isCompletedWithValue(
                        new Verdict(
                                Verdict.Kind.UNAVAILABLE,
                                "fan can't be set now: the line is gone"));
        assertThat(status().holder()).isNull();
        assertThat(status().open()).isFalse();
        assertThat(health.parts().get(Part.SENSORS))
                .isEqualTo(new Health.Condition(Status.DEGRADED, "actuator fan: the line is gone"));
        assertThat(done(SHED, 1, MINUTE).kind()).isEqualTo(Verdict.Kind.UNAVAILABLE);
        assertThat(memory.acts.getLast().what()).isEqualTo(Act.What.FAILED);
        assertThat(leases.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);

        session = 2;
        happens(new ActingEvent.Opened("fan", 1, session));

        assertThat(status().value()).isZero();
        assertThat(health.parts().get(Part.SENSORS).status()).isEqualTo(Status.OK);
        assertThat(done(SHED, 1, MINUTE)).isEqualTo(Verdict.DONE);
    }

    @Test
    void anAnswerOfAnEarlierSessionIsNobodysAnyMore() {
        var _ = write(SHED, 1, MINUTE);
        happens(new ActingEvent.Failed("fan", 1, "the line is gone"));
        happens(new ActingEvent.Opened("fan", 1, 2));

        applied();

        assertThat(status().value()).isZero();
    }

    @Test
    void ofWritesThatOvertakeEachOtherTheLastOneIsDone() {
        CompletableFuture<Verdict> first = write(SHED, 1, MINUTE);
        CompletableFuture<Verdict> second = write(RULE, 0, MINUTE);

        applied();

        assertThat(first.getNow(Verdict.DONE).reason())
                .isEqualTo("another write to fan came before this one was done");
        assertThat(second).isCompletedWithValue(Verdict.DONE);
    }

    @Test
    void writesToOneThatDoesNotAnswerAreBounded() {
        for (int i = 0; i < Lane.UNDER_WAY_MAX; i++) {
            assertThat(write(SHED, 1, MINUTE)).isNotDone();
        }
        assertThat(write(SHED, 1, MINUTE).getNow(Verdict.DONE).kind())
                .isEqualTo(Verdict.Kind.UNAVAILABLE);
    }

    @Test
    void readingTheConfigurationAgainLeavesAloneWhatDidNotChange() {
        done(SHED, 1, MINUTE);

        happens(new ActingEvent.Configured(List.of(fan(1, "local"), servo())));

        assertThat(status().holder()).isEqualTo(SHED);
        assertThat(status().outlet().priority()).containsExactly("local");
        assertThat(set).containsExactly("fan=1.0");
    }

    @Test
    void whatIsConfiguredOtherwiseOrTakenOutIsHeldByNobody() {
        done(SHED, 1, MINUTE);
        CompletableFuture<Verdict> answer = write(SHED, 0, MINUTE);

        happens(new ActingEvent.Configured(List.of(fan(2))));

        assertThat(answer.getNow(Verdict.DONE).reason())
                .isEqualTo("the configuration of fan changed");
        assertThat(status().holder()).isNull();
        assertThat(status().open()).isFalse();
        happens(new ActingEvent.Opened("fan", 1, 3));
        assertThat(status().open()).as("that was the one before").isFalse();
        happens(new ActingEvent.Configured(List.of()));
        assertThat(leases.statuses()).isEmpty();
    }

    @Test
    void oneThatIsLetGoHasNoValueThen() {
        happens(new ActingEvent.Configured(List.of(servo())));
        happens(new ActingEvent.Opened("vent", 1, session));
        assertThat(status().value()).isNaN();

        var _ = give(new Order("vent", 0.5, MINUTE, SHED, null, clock.nowNanos));
        happens(new ActingEvent.Applied("vent", session, lastNumber, lastValue));
        assertThat(status().value()).isEqualTo(0.5);
        clock.nowNanos += 60 * SECOND;
        leases.tick();
        happens(new ActingEvent.Applied("vent", session, lastNumber, lastValue));

        assertThat(set).containsExactly("vent=0.5", "vent=safe");
        assertThat(status().value()).isNaN();
    }

    @Test
    void whoLooksIsToldOfEachChange() {
        int[] told = {0};
        Runnable listener = () -> told[0]++;
        leases.onChange(listener);
        done(SHED, 1, MINUTE);
        assertThat(told[0]).isEqualTo(2);

        leases.forget(listener);
        done(SHED, 0, MINUTE);

        assertThat(told[0]).isEqualTo(2);
    }
}
