package io.pipit.core.acting;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.PeerOutlets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerListsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final NodeId SHED =
            NodeId.parse("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA").orElseThrow();

    private final List<NodeId> asked = new ArrayList<>();
    private boolean reachable = true;
    private long nowNanos = 50 * SECOND;
    private final PeerLists lists =
            new PeerLists(
                    new PeerOutlets() {
                        @Override
                        public boolean isReachable(NodeId peer) {
                            return reachable;
                        }

                        @Override
                        public void list(NodeId peer) {
                            asked.add(peer);
                        }
                    },
                    new TimeSource() {
                        @Override
                        public long monotonicNanos() {
                            return nowNanos;
                        }

                        @Override
                        public long wallMicros() {
                            return 0;
                        }

                        @Override
                        public boolean synchronised() {
                            return false;
                        }
                    });

    @BeforeEach
    void knowTheShed() {
        known("shed");
    }

    private void known(String... names) {
        lists.handle(
                new Event.PeersKnown(
                        List.of(names).stream()
                                .map(name -> new Peer(SHED, name, null, Set.of()))
                                .toList()));
    }

    private void listed(@Nullable List<Actuator> actuators) {
        lists.handle(new Event.Acting(new ActingEvent.Listed(SHED, true, actuators)));
    }

    private static Actuator actuator(@Nullable String node, String name) {
        return new Actuator(node, name, "state", "/", 0, 1, true, 0);
    }

    private void later(long nanos) {
        nowNanos += nanos;
        lists.tick();
    }

    @Test
    void aPeerWithinReachIsAskedOnceAtATimeAndAgainByAndBy() {
        lists.tick();
        lists.tick();
        assertThat(asked).containsExactly(SHED);

        listed(List.of(actuator(null, "pump"), actuator(null, "fan")));
        later(PeerLists.AGAIN_NANOS - 1);
        assertThat(asked).hasSize(1);
        later(1);

        assertThat(asked).hasSize(2);
        assertThat(lists.list()).containsExactly(actuator("shed", "fan"), actuator("shed", "pump"));
    }

    @Test
    void aPeerThatAnswersForTheFirstTimeIsAskedWithinASecond() {
        reachable = false;
        lists.tick();
        reachable = true;
        later(SECOND);

        assertThat(asked).containsExactly(SHED);
    }

    @Test
    void aPeerThatComesWithinReachIsAskedAtOnce() {
        reachable = false;
        lists.tick();
        assertThat(asked).isEmpty();

        reachable = true;
        lists.handle(new Event.PeerReachable(SHED, Path.TCP));
        assertThat(lists.nextDeadlineNanos()).isLessThanOrEqualTo(nowNanos);
        lists.tick();

        assertThat(asked).containsExactly(SHED);
    }

    @Test
    void whoDoesNotLetUsReadIsAskedRarelyAndKeepsWhatItSaidBefore() {
        lists.tick();
        listed(List.of(actuator(null, "fan")));
        later(PeerLists.AGAIN_NANOS);
        listed(null);

        later(PeerLists.REFUSED_AGAIN_NANOS - 1);
        assertThat(asked).hasSize(2);
        later(1);

        assertThat(asked).hasSize(3);
        assertThat(lists.list()).hasSize(1);
    }

    @Test
    void whoDidNotAnswerIsAskedAgainSoonAndAtOnceWhenItComesWithinReach() {
        lists.tick();
        lists.handle(new Event.Acting(new ActingEvent.Listed(SHED, false, null)));
        later(PeerLists.AGAIN_NANOS);
        assertThat(asked).hasSize(2);

        lists.handle(new Event.PeerReachable(SHED, Path.UDP));
        lists.handle(new Event.Acting(new ActingEvent.Listed(SHED, false, null)));
        lists.tick();

        assertThat(asked).hasSize(3);
    }

    @Test
    void aPeersNewNameIsThatOfItsActuatorsAndOneThatIsGoneHasNone() {
        lists.tick();
        listed(List.of(actuator(null, "fan")));

        known("barn");
        assertThat(lists.list()).containsExactly(actuator("barn", "fan"));
        known();
        assertThat(lists.list()).isEmpty();
        listed(List.of(actuator(null, "fan")));
        assertThat(lists.list()).isEmpty();
        assertThat(lists.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void ofOnePeerSoManyAreListedAndNoMore() {
        listed(
                IntStream.range(0, PeerLists.ACTUATORS_MAX + 1)
                        .mapToObj(i -> actuator(null, "fan-" + i))
                        .toList());

        assertThat(lists.list()).hasSize(PeerLists.ACTUATORS_MAX);
    }
}
