package io.pipit.core;

import static io.pipit.core.SteppedCore.SECOND;
import static io.pipit.core.SteppedCore.SHED;
import static io.pipit.core.SteppedCore.slice;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.core.path.Paths;
import io.pipit.core.timing.Window;
import io.pipit.model.Filter;
import io.pipit.model.LogSlice;
import io.pipit.port.CoreStatus;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks.Fetch;
import io.pipit.port.PeerLinks.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a node follows a peer that it reaches over UDP and over TCP. */
class TwoWaysTest {
    private static final Filter ALL = Filter.ALL;

    private final SteppedCore node = SteppedCore.withTcp();

    @Test
    void aLargeRepairBeginsOverUdpAndComesOverTcpOnceThatWorks() {
        node.follow(ALL);
        node.isAnswered(slice(100_000));
        assertThat(node.fetches).hasSize(1 + Window.QUESTIONS_FIRST);
        assertThat(node.fetchesOverTcp).extracting(Fetch::limit).containsExactly(0);
        isAnswered(node.fetches.get(1), Path.UDP);
        assertThat(node.fetches).hasSizeGreaterThan(1 + Window.QUESTIONS_FIRST);
        assertThat(node.fetchesOverTcp).hasSize(1);
    }

    @Test
    void aLargeRepairComesOverTcpInLargePacks() {
        repairsOverTcp();
        assertThat(packs()).hasSize(Window.QUESTIONS_FIRST);
        for (int i = 0; i < 6; i++) {
            isAnswered(packs().get(i), Path.TCP);
        }
        assertThat(packs().stream().mapToInt(Fetch::limit).max().orElseThrow())
                .isEqualTo(Window.PACK_ENTRIES_MAX);
        assertThat(packs()).hasSize(6 + Window.PACK_QUESTIONS_MAX);
        assertThat(status().path()).isEqualTo(Path.UDP);
    }

    @Test
    void theFeedGoesOnOverUdpMeanwhile() {
        node.follow(ALL);
        node.isAnswered(slice(100_000));
        node.hears(ALL, slice(100_000, 100_001));
        assertThat(node.storedSequences()).containsExactly(100_001L);
        assertThat(node.observations).containsExactly("observe **");
    }

    @Test
    void aSmallRepairStaysOnUdp() {
        node.follow(ALL);
        node.isAnswered(slice(Paths.DATAGRAM_PLACES_MAX));
        assertThat(node.fetchesOverTcp).isEmpty();
        assertThat(node.fetches).hasSizeGreaterThan(1);
    }

    @Test
    void packsBecomeSmallerWhereTheyTakeLong() {
        repairsOverTcp();
        isAnswered(packs().get(0), Path.TCP);
        isAnswered(packs().get(1), Path.TCP);
        int before = packs().getLast().limit();
        assertThat(before).isGreaterThan((int) Window.PACK_PLACES_FIRST);
        for (int i = 2; i < 8; i++) {
            node.nowNanos += 2 * Window.SLOW_NANOS;
            isAnswered(packs().get(i), Path.TCP);
        }
        assertThat(packs().getLast().limit()).isEqualTo((int) Window.PACK_PLACES_FIRST);
    }

    @Test
    void aRepairThatGetsNoAnswerOverTcpIsAskedForOverUdp() {
        repairsOverTcp();
        Fetch pack = packs().getFirst();
        node.happens(new Event.FetchFailed(pack.number(), SHED, ALL, "refused", Path.TCP));
        assertThat(node.fetches).contains(pack);
        long after = pack.after();
        node.happens(
                new Event.Fetched(
                        pack.number(),
                        SHED,
                        ALL,
                        slice(after, after + 1, after + 2, after + 3),
                        Path.UDP));
        assertThat(status().cursor()).isEqualTo(after + 3);
        assertThat(node.fetches.getLast().limit())
                .as("how large packs are isn't learned from a datagram")
                .isGreaterThan(3);
    }

    @Test
    void aSilentFeedMovesToTcpAndNothingIsMissing() {
        fallsSilent();
        Fetch question = node.fetches.getLast();
        assertThat(question.limit()).as("where does it stand?").isZero();
        assertThat(node.observations).endsWith("observe ** over TCP");
        assertThat(node.fetchesOverTcp.getLast()).isEqualTo(question);
        node.happens(new Event.Received(SHED, ALL, slice(14), Path.TCP));
        assertThat(node.observations).endsWith("leave **");
        node.happens(new Event.Fetched(question.number(), SHED, ALL, slice(14), Path.TCP));
        Fetch missing = node.fetchesOverTcp.getLast();
        node.happens(
                new Event.Fetched(missing.number(), SHED, ALL, slice(11, 12, 13, 14), Path.TCP));
        assertThat(status().cursor()).isEqualTo(14);
        assertThat(status().path()).isEqualTo(Path.TCP);
        assertThat(status().reason()).startsWith("UDP gets no answer");
    }

    @Test
    void theEndOfTheFormerFeedDoesNoHarm() {
        fallsSilent();
        node.happens(new Event.Received(SHED, ALL, slice(11), Path.TCP));
        assertThat(status().path()).isEqualTo(Path.TCP);
        int before = node.observations.size();
        node.happens(new Event.SubscriptionEnded(SHED, ALL, "no answer", Path.UDP));
        node.passes(2 * SECOND);
        assertThat(node.observations).hasSize(before);
    }

    /** Nothing comes over UDP any more, for so long that TCP is asked. */
    private void fallsSilent() {
        node.follow(ALL);
        node.isAnswered(slice(10));
        theRepairIsAnswered();
        node.hears(ALL, slice(10, 11));
        node.passes(6 * SECOND);
    }

    private void theRepairIsAnswered() {
        Fetch asked = node.fetches.getLast();
        if (asked.limit() > 0) {
            node.isAnswered(slice(asked.after(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        }
    }

    /** Much is missing, and TCP has proved to work. */
    private void repairsOverTcp() {
        node.follow(ALL);
        node.isAnswered(slice(100_000));
        Fetch proof = node.fetchesOverTcp.getLast();
        node.happens(new Event.Fetched(proof.number(), SHED, ALL, slice(100_000), Path.TCP));
        for (Fetch begun : List.copyOf(node.fetches).subList(1, node.fetches.size())) {
            isAnswered(begun, Path.UDP);
        }
    }

    /** What was asked for over TCP, but for the question that proves it. */
    private List<Fetch> packs() {
        return node.fetchesOverTcp.subList(1, node.fetchesOverTcp.size());
    }

    private void isAnswered(Fetch fetch, Path path) {
        // That so many entries were in it isn't needed: it is complete that far.
        node.happens(
                new Event.Fetched(
                        fetch.number(),
                        SHED,
                        ALL,
                        new LogSlice(
                                SteppedCore.SHED_LOG,
                                1,
                                fetch.after(),
                                List.of(SteppedCore.reading(fetch.through())),
                                fetch.through()),
                        path));
    }

    private CoreStatus.Subscription status() {
        return node.status().subscriptions().getFirst();
    }
}
