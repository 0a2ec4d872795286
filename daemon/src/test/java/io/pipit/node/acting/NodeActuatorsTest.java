package io.pipit.node.acting;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.Configuration;
import io.pipit.host.ManualTime;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.ReadingStore;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Actuators.Outcome;
import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.port.acting.Order.Origin;
import io.pipit.port.acting.Verdict;
import io.pipit.port.acting.Verdict.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeActuatorsTest {
    private static final String OWN_ID = "VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV";
    private static final NodeId SHED =
            NodeId.parse("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA").orElseThrow();
    private static final LogId LOG = new LogId(7);
    private static final Writer LOCAL = new Writer(Writer.Kind.LOCAL, "");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir private Path folder;
    private final ManualTime time = new ManualTime();
    private final List<ActingEvent.Ordered> orders = new ArrayList<>();
    private boolean full;
    private NodeActuators actuators;

    private boolean offer(Event event) {
        if (!full
                && event instanceof Event.Acting acting
                && acting.event() instanceof ActingEvent.Ordered ordered) {
            orders.add(ordered);
        }
        return !full;
    }

    @BeforeEach
    void aFan() {
        actuators =
                new NodeActuators(
                        new NodeActuators.Self(
                                NodeId.parse(OWN_ID).orElseThrow(),
                                "greenhouse",
                                new ReadingStore.Recovered(
                                        LOG, 1, 5, Map.of(), 0, List.of(), Map.of(), 1)),
                        List.of(
                                new Configuration.Actuator(
                                        "fan", "simulated", MINUTE, MINUTE, List.of(), Map.of())),
                        folder,
                        () -> List.of(new Peer(SHED, "shed", null, Set.of())),
                        this::offer,
                        time,
                        new NodeActuators.Runners(
                                task -> {
                                    throw new AssertionError("nothing is opened here");
                                },
                                // Nothing is written while it has no thread.
                                new ScheduledThreadPoolExecutor(0)),
                        new Health(),
                        new Metrics());
    }

    @AfterEach
    void close() {
        actuators.close();
    }

    private static Write write(@Nullable String node, String actuator) {
        return new Write(node, actuator, 1, MINUTE, LOCAL);
    }

    private Verdict given(Write write) {
        return actuators.give(write, null).toCompletableFuture().getNow(Verdict.DONE);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"greenhouse", OWN_ID})
    void itsOwnGoToTheNodeLoopHoweverItIsCalled(@Nullable String node) {
        time.advanceSeconds(3);
        CompletionStage<Outcome> outcome = actuators.set(write(node, "fan"));

        assertThat(orders).hasSize(1);
        assertThat(orders.getFirst().order().actuator()).isEqualTo("fan");
        assertThat(orders.getFirst().order().lease()).isEqualTo(MINUTE);
        assertThat(orders.getFirst().order().arrivedNanos()).isEqualTo(time.monotonicNanos());
        assertThat(outcome.toCompletableFuture()).isNotDone();

        orders.getFirst().answer().complete(Verdict.DONE);
        assertThat(outcome.toCompletableFuture()).isCompletedWithValue(new Outcome.Done());
    }

    @Test
    void whoMisspellsAnActuatorIsToldTheNearestUnlessItIsAPeer() {
        CompletionStage<Verdict> here = actuators.give(write(null, "fam"), null);
        CompletionStage<Verdict> there =
                actuators.give(write(null, "fam"), new Origin(SHED, LOG, 1));
        Verdict unknown = new Verdict(Kind.UNKNOWN, "no actuator is called fam");
        orders.forEach(order -> order.answer().complete(unknown));

        assertThat(here.toCompletableFuture().getNow(Verdict.DONE).reason())
                .isEqualTo("no actuator is called fam: did you mean \"fan\"?");
        assertThat(there.toCompletableFuture()).isCompletedWithValue(unknown);
    }

    @Test
    void whoMisspellsAPeerIsToldTheNearest() {
        Verdict verdict = given(write("shad", "fan"));

        assertThat(verdict.kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(verdict.reason()).isEqualTo("no peer is called shad: did you mean \"shed\"?");
        assertThat(orders).isEmpty();
    }

    @Test
    void aPeersIsNotTriedBeforeThereIsAWay() {
        assertThat(given(write("shed", "pump")).reason()).contains("just starting");
        assertThat(given(write(SHED.toString(), "pump")).reason()).contains("just starting");
        assertThat(orders).isEmpty();
    }

    @Test
    void takesNumbersAndTimesOnly() {
        Write none = new Write(null, "fan", Double.NaN, MINUTE, LOCAL);
        Write before = new Write(null, "fan", 1, MINUTE.negated(), LOCAL);

        assertThat(given(none).kind()).isEqualTo(Kind.OUT_OF_RANGE);
        assertThat(given(before).kind()).isEqualTo(Kind.OUT_OF_RANGE);
        assertThat(orders).isEmpty();
    }

    @Test
    void saysThatItIsBusyWhereThereIsNoRoom() {
        full = true;

        assertThat(given(write(null, "fan")))
                .isEqualTo(new Verdict(Kind.UNAVAILABLE, "the node is busy: try again"));
    }

    @Test
    void listsItsOwnFromTheFirstMomentOn() {
        assertThat(actuators.list()).extracting(Actuator::name).containsExactly("fan");
    }
}
