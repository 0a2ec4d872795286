package io.pipit.core;

import static io.pipit.core.SteppedCore.SECOND;
import static io.pipit.core.SteppedCore.SHED;
import static io.pipit.core.SteppedCore.SHED_LOG;
import static io.pipit.core.SteppedCore.slice;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.core.timing.Timing;
import io.pipit.core.timing.Window;
import io.pipit.model.Filter;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks.Fetch;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.ReadingStore.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How a node asks a peer for what it missed, and for no more than it has room for. */
class RepairTest {
    private static final Filter ALL = Filter.ALL;
    private static final Cursor CURSOR = new Cursor(SHED, SHED_LOG, ALL);

    private final SteppedCore node = new SteppedCore();

    @Test
    void asksAgainAtOnceWhileThereIsProgress() {
        node.follow(ALL);
        node.isAnswered(slice(50));
        node.isAnswered(slice(0, 1, 2, 3));
        assertThat(node.fetches.get(2).after()).isEqualTo(3);
        answers(node.fetches.get(2), 1);
        assertThat(node.fetches.getLast().after()).isBetween(4L, 20L);
        assertThat(node.subscription().cursor()).isEqualTo(4);
    }

    @Test
    void asksForEachGapByItselfAndNoFurther() {
        node.isUpToDate(10);
        node.hears(ALL, slice(12, 13));
        node.hears(ALL, slice(15, 16));
        assertThat(node.fetches).hasSize(4);
        assertThat(asked(2)).containsExactly(10L, 12L, 2L);
        assertThat(asked(3)).containsExactly(13L, 15L, 2L);
        node.isAnswered(slice(13, 14, 15));
        assertThat(node.subscription().cursor()).isEqualTo(10);
        node.happens(
                new Event.Fetched(
                        node.fetches.get(2).number(), SHED, ALL, slice(10, 11, 12), Path.UDP));
        assertThat(node.subscription().cursor()).isEqualTo(16);
        assertThat(node.fetches).hasSize(4);
    }

    @Test
    void asksForMoreStretchesAtATimeAsAnswersCome() {
        node.follow(ALL);
        node.isAnswered(slice(1_000_000));
        int answered = 1;
        for (int i = 0; i < 40; i++) {
            assertThat(node.fetches.size() - answered)
                    .isEqualTo(Math.min(Window.QUESTIONS_FIRST + i, Window.QUESTIONS_MAX));
            answers(node.fetches.get(answered), 100);
            answered++;
        }
        assertThat(node.subscription().cursor()).isGreaterThan(1_000);
        assertThat(node.subscription().received()).isEqualTo(node.subscription().repaired());
    }

    @Test
    void asksForAsMuchAsAnswersHaveRoomFor() {
        node.follow(ALL);
        node.isAnswered(slice(10_000_000));
        for (int i = 1; i < 200; i++) {
            answers(node.fetches.get(i), 330);
            node.happens(new Event.Committed(0, Map.of(CURSOR, node.subscription().cursor())));
        }
        List<Long> places = new ArrayList<>();
        for (int i = 100; i < 200; i++) {
            places.add(node.fetches.get(i).through() - node.fetches.get(i).after());
        }
        assertThat(places.stream().filter(each -> each > 330).count()).isLessThan(10);
        assertThat(places.stream().mapToLong(Long::longValue).average().orElseThrow())
                .isBetween(280.0, 340.0);
    }

    @Test
    void asksForFewerAtATimeWhenAnswersAreSlowOrDoNotCome() {
        node.follow(ALL);
        node.isAnswered(slice(1_000_000));
        for (int i = 1; i <= 10; i++) {
            answers(node.fetches.get(i), 256);
        }
        assertThat(node.fetches).hasSize(11 + Window.QUESTIONS_MAX);
        node.nowNanos += 2 * Window.SLOW_NANOS;
        for (int i = 11; i <= 18; i++) {
            answers(node.fetches.get(i), 256);
        }
        assertThat(node.fetches).hasSize(19 + Window.QUESTIONS_FIRST);
        node.isNotAnswered();
        node.passes(5 * SECOND);
        assertThat(node.fetches).hasSize(19 + Window.QUESTIONS_FIRST);
        answers(node.fetches.get(19), 256);
        assertThat(node.fetches).hasSize(21 + Window.QUESTIONS_FIRST);
    }

    @Test
    void manyFailuresAtATimeAreOneReasonToWait() {
        node.follow(ALL);
        node.isAnswered(slice(1_000_000));
        for (int i = 1; i <= 10; i++) {
            answers(node.fetches.get(i), 256);
        }
        int asked = node.fetches.size();
        for (Fetch fetch : List.copyOf(node.fetches.subList(11, asked))) {
            node.happens(new Event.FetchFailed(fetch.number(), SHED, ALL, "no answer", Path.UDP));
        }
        assertThat(node.fetches).hasSize(asked);
        node.passes(Timing.Backoff.FIRST_NANOS);
        assertThat(node.fetches).hasSize(asked + 1);
    }

    @Test
    void asksAnEarlierVersionAllTheSame() {
        node.follow(ALL);
        node.isAnswered(slice(1_000));
        long at = 0;
        while (at < 1_000) {
            Fetch next = node.fetches.getLast();
            for (Fetch fetch : node.fetches) {
                next = fetch.after() == at ? fetch : next;
            }
            // It doesn't know where to end.
            answers(new Fetch(next.number(), SHED, ALL, SHED_LOG, at, 1_000, 0, 23), 23);
            at = Math.max(at + 1, node.subscription().cursor());
            assertThat(node.fetches).hasSizeLessThan(200);
        }
        assertThat(node.storedSequences()).doesNotHaveDuplicates().hasSize(1_000);
    }

    @Test
    void letsTheStoreCommitWhenALargeRepairIsDone() {
        node.isUpToDate(10);
        assertThat(node.flushes).isZero();
        node.hears(ALL, slice(5_000));
        for (int i = 2; i < node.fetches.size() && node.subscription().repairing(); i++) {
            answers(node.fetches.get(i), 300);
        }
        assertThat(node.subscription().repairing()).isFalse();
        assertThat(node.flushes).isEqualTo(1);
    }

    /** The shed answers with so many entries at the most. */
    private void answers(Fetch fetch, int room) {
        long last = Math.min(fetch.through(), fetch.after() + Math.min(room, fetch.limit()));
        long[] sequences = new long[(int) (last - fetch.after())];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = fetch.after() + i + 1;
        }
        node.happens(
                new Event.Fetched(
                        fetch.number(), SHED, ALL, slice(fetch.after(), sequences), Path.UDP));
    }

    private List<Long> asked(int fetch) {
        Fetch asked = node.fetches.get(fetch);
        return List.of(asked.after(), asked.through(), (long) asked.limit());
    }

    // A store that can't keep up

    @Test
    void whatTheStoreHasNoRoomForWasNotReceived() {
        node.isUpToDate(10);
        node.watches(ALL);
        node.storeFull = true;
        node.hears(ALL, slice(10, 11));
        assertThat(node.seen).isEmpty();
        assertThat(node.subscription().cursor()).isEqualTo(10);
        node.storeFull = false;
        node.isAnswered(slice(10, 11));
        assertThat(node.seen).hasSize(1);
        assertThat(node.subscription().cursor()).isEqualTo(11);
    }

    @Test
    void asksForNoMoreWhileTooMuchWaitsForACommit() {
        node.follow(ALL);
        node.isAnswered(slice(1_000_000));
        for (int i = 1; i < node.fetches.size(); i++) {
            answers(node.fetches.get(i), 1_000);
        }
        assertThat(node.subscription().cursor()).isEqualTo(Subscriptions.UNCOMMITTED_MAX);
        int asked = node.fetches.size();
        node.happens(new Event.Committed(0, Map.of(CURSOR, 5_000L)));
        assertThat(node.fetches).hasSizeGreaterThan(asked);
        assertThat(node.fetches.getLast().held()).isEqualTo(5_000);
    }

    @Test
    void theNextInTurnIsAskedForHoweverMuchCameBeforeIt() {
        node.follow(ALL);
        node.isAnswered(slice(1_000_000));
        for (int i = 2; i < node.fetches.size(); i++) {
            answers(node.fetches.get(i), 1_000);
        }
        assertThat(node.subscription().cursor()).isZero();
        node.happens(
                new Event.FetchFailed(
                        node.fetches.get(1).number(), SHED, ALL, "no answer", Path.UDP));
        node.passes(SECOND);
        assertThat(node.fetches.getLast().after()).isZero();
        assertThat(node.fetches.getLast().limit()).isPositive();
        answers(node.fetches.getLast(), 1_000);
        assertThat(node.subscription().cursor())
                .isGreaterThan(Subscriptions.UNCOMMITTED_MAX - 2_000);
    }

    @Test
    void acknowledgesOnlyWhatIsCommitted() {
        node.isUpToDate(10);
        node.passes(2 * SECOND);
        assertThat(node.fetches.getLast().held()).isZero();
        node.isAnswered(slice(10));
        node.happens(new Event.Committed(0, Map.of(CURSOR, 10L)));
        node.passes(5 * SECOND);
        assertThat(node.fetches.getLast().held()).isEqualTo(10);
        assertThat(node.fetches.getLast().limit()).isZero();
    }

    @Test
    void asksOftenAtFirstAndThenEveryThirtySeconds() {
        node.isUpToDate(10);
        int before = node.fetches.size();
        pulsesFor(60);
        int first = node.fetches.size() - before;
        assertThat(first).isBetween(5, 7);
        pulsesFor(300);
        assertThat(node.fetches.size() - before - first).isBetween(9, 10);
    }

    private void pulsesFor(int seconds) {
        for (int i = 0; i < seconds; i++) {
            int before = node.fetches.size();
            node.passes(SECOND);
            if (node.fetches.size() > before) {
                node.isAnswered(slice(10));
            }
        }
    }
}
