package io.pipit.core;

import static io.pipit.core.SteppedCore.CELLAR;
import static io.pipit.core.SteppedCore.SECOND;
import static io.pipit.core.SteppedCore.SELF;
import static io.pipit.core.SteppedCore.SHED;
import static io.pipit.core.SteppedCore.SHED_LOG;
import static io.pipit.core.SteppedCore.reading;
import static io.pipit.core.SteppedCore.slice;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.core.timing.Timing;
import io.pipit.core.timing.Window;
import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.Stamp;
import io.pipit.monitor.Health;
import io.pipit.port.CoreStatus;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks.Fetch;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.ReadingStore.Cursor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How a node follows a peer's feed, and gets what it missed. */
class SubscriptionTest {
    private static final Filter ALL = Filter.ALL;
    private static final Cursor CURSOR = new Cursor(SHED, SHED_LOG, ALL);

    private final SteppedCore node = new SteppedCore();

    // Beginning

    @Test
    void observesAndAsksWhereTheFeedStands() {
        node.follow(ALL);
        assertThat(node.observations).containsExactly("observe **");
        assertThat(node.fetches)
                .containsExactly(new Fetch(1, SHED, ALL, null, 0, Long.MAX_VALUE, 0, 0));
    }

    @Test
    void fetchesALogThatItNeverSawFromItsStart() {
        node.follow(ALL);
        node.isAnswered(slice(50));
        assertThat(node.fetches.getLast())
                .isEqualTo(new Fetch(2, SHED, ALL, SHED_LOG, 0, 50, 0, 50));
    }

    @Test
    void goesOnAtTheCommittedCursorAfterARestart() {
        SteppedCore restarted = new SteppedCore(0, Map.of(), Map.of(CURSOR, 40L));
        restarted.follow(ALL);
        restarted.isAnswered(slice(50));
        assertThat(restarted.fetches.getLast().after()).isEqualTo(40);
        assertThat(restarted.fetches.getLast().held()).isEqualTo(40);
    }

    @Test
    void followsOnlyWhomItKnows() {
        node.happens(new Event.Wanted(Map.of(SHED, ALL, SELF, ALL)));
        assertThat(node.observations).isEmpty();
        node.follow(ALL);
        assertThat(node.observations).hasSize(1);
        node.happens(new Event.PeersKnown(List.of()));
        assertThat(node.observations).containsExactly("observe **", "leave **");
        node.passes(60 * SECOND);
        assertThat(node.observations).hasSize(2);
    }

    // The rule

    @Test
    void takesWhatFollowsWhatItHas() {
        isUpToDate(10);
        node.hears(ALL, slice(10, 11, 12));
        assertThat(node.stored)
                .last()
                .isEqualTo(new SteppedCore.Stored(CURSOR, List.of(reading(11), reading(12)), 12));
        assertThat(node.fetches).hasSize(2);
    }

    @Test
    void storesALateReadingAtOnceAndFetchesWhatIsMissing() {
        isUpToDate(10);
        node.hears(ALL, slice(12, 13));
        assertThat(node.stored)
                .last()
                .isEqualTo(new SteppedCore.Stored(CURSOR, List.of(reading(13)), 10));
        assertThat(node.fetches.getLast().after()).isEqualTo(10);
        node.isAnswered(slice(10, 11, 12, 13));
        assertThat(node.stored)
                .last()
                .isEqualTo(new SteppedCore.Stored(CURSOR, List.of(reading(11), reading(12)), 13));
        assertThat(status().repairing()).isFalse();
    }

    @Test
    void aHeartbeatTellsOfALostLastReading() {
        isUpToDate(10);
        node.hears(ALL, slice(11));
        assertThat(node.fetches.getLast().after()).isEqualTo(10);
        assertThat(status().repairing()).isTrue();
    }

    @Test
    void hearingSomethingTwiceChangesNothing() {
        isUpToDate(10);
        node.hears(ALL, slice(10, 11));
        int calls = node.stored.size();
        node.hears(ALL, slice(10, 11));
        node.hears(ALL, slice(5, 6, 7));
        assertThat(node.stored).hasSize(calls);
    }

    @Test
    void asksAgainAtOnceWhileThereIsProgress() {
        node.follow(ALL);
        node.isAnswered(slice(50));
        node.isAnswered(slice(0, 1, 2, 3));
        assertThat(node.fetches.get(2).after()).isEqualTo(3);
        answers(node.fetches.get(2), 1);
        assertThat(node.fetches.getLast().after()).isBetween(4L, 20L);
        assertThat(status().cursor()).isEqualTo(4);
    }

    @Test
    void asksForEachGapByItselfAndNoFurther() {
        isUpToDate(10);
        node.hears(ALL, slice(12, 13));
        node.hears(ALL, slice(15, 16));
        assertThat(node.fetches).hasSize(4);
        assertThat(asked(2)).containsExactly(10L, 12L, 2L);
        assertThat(asked(3)).containsExactly(13L, 15L, 2L);
        node.isAnswered(slice(13, 14, 15));
        assertThat(status().cursor()).isEqualTo(10);
        node.happens(
                new Event.Fetched(
                        node.fetches.get(2).number(), SHED, ALL, slice(10, 11, 12), Path.UDP));
        assertThat(status().cursor()).isEqualTo(16);
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
        assertThat(status().cursor()).isGreaterThan(1_000);
        assertThat(status().received()).isEqualTo(status().repaired());
    }

    @Test
    void asksForAsMuchAsAnswersHaveRoomFor() {
        node.follow(ALL);
        node.isAnswered(slice(10_000_000));
        for (int i = 1; i < 200; i++) {
            answers(node.fetches.get(i), 330);
            node.happens(new Event.Committed(0, Map.of(CURSOR, status().cursor())));
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
            at = Math.max(at + 1, status().cursor());
            assertThat(node.fetches).hasSizeLessThan(200);
        }
        assertThat(node.storedSequences()).doesNotHaveDuplicates().hasSize(1_000);
    }

    @Test
    void letsTheStoreCommitWhenALargeRepairIsDone() {
        isUpToDate(10);
        assertThat(node.flushes).isZero();
        node.hears(ALL, slice(5_000));
        for (int i = 2; i < node.fetches.size() && status().repairing(); i++) {
            answers(node.fetches.get(i), 300);
        }
        assertThat(status().repairing()).isFalse();
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

    @Test
    void anAnswerToAnEarlierQuestionIsIgnored() {
        isUpToDate(10);
        node.happens(new Event.Fetched(1, SHED, ALL, slice(10, 11), Path.UDP));
        assertThat(status().cursor()).isEqualTo(10);
    }

    @Test
    void aSliceOfAnotherFilterIsIgnored() {
        isUpToDate(10);
        node.hears(Filter.of("air/*"), slice(10, 11));
        assertThat(status().cursor()).isEqualTo(10);
    }

    @Test
    void readingsThatNobodyAskedForAreNotTaken() {
        SteppedCore narrow = SteppedCore.following(Filter.of("*/light"));
        narrow.isAnswered(slice(0));
        narrow.hears(
                Filter.of("*/light"),
                new LogSlice(SHED_LOG, 1, 0, List.of(reading(1), reading(2, "air/light")), 2));
        assertThat(narrow.storedSequences()).containsExactly(2L);
    }

    @Test
    void whenNothingFollowsAfterAllItIsContent() {
        isUpToDate(10);
        node.hears(ALL, slice(14));
        node.isAnswered(slice(10));
        assertThat(status().repairing()).isFalse();
        assertThat(status().head()).isEqualTo(10);
    }

    // What is gone

    @Test
    void countsWhatIsGoneAndDoesNotAskForItAgain() {
        isUpToDate(10);
        node.hears(ALL, slice(40));
        node.isAnswered(new LogSlice(SHED_LOG, 31, 10, List.of(reading(31), reading(40)), 40));
        assertThat(status().gone()).isEqualTo(20);
        assertThat(status().cursor()).isEqualTo(40);
        assertThat(status().repairing()).isFalse();
    }

    @Test
    void aClockThatIsKeptLongerThanItsReadingsIsNotGone() {
        node.follow(ALL);
        node.isAnswered(slice(40));
        BootClock clock = new BootClock(1, new Stamp(1, 0), 5, true);
        node.isAnswered(new LogSlice(SHED_LOG, 31, 0, List.of(clock, reading(40)), 40));
        assertThat(status().gone()).isEqualTo(29);
        assertThat(node.storedSequences()).containsExactly(1L, 40L);
    }

    // Other logs

    @Test
    void aNewLogBeginsBesideTheOldOne() {
        isUpToDate(10);
        LogId fresh = new LogId(0xf);
        node.hears(ALL, new LogSlice(fresh, 1, 2, List.of(reading(3)), 3));
        assertThat(node.fetches.getLast().limit()).isZero();
        node.isAnswered(new LogSlice(fresh, 1, 3, List.of(), 3));
        assertThat(node.fetches.getLast().log()).isEqualTo(fresh);
        assertThat(node.fetches.getLast().after()).isZero();
        node.isAnswered(new LogSlice(fresh, 1, 0, List.of(reading(1), reading(3)), 3));
        assertThat(node.stored.getLast().cursor()).isEqualTo(new Cursor(SHED, fresh, ALL));
        assertThat(status().log()).isEqualTo(fresh);
    }

    @Test
    void aLateSliceOfAnOldLogDoesNoHarm() {
        isUpToDate(10);
        node.hears(ALL, new LogSlice(new LogId(0xf), 1, 2, List.of(reading(3)), 3));
        node.isAnswered(slice(10));
        assertThat(status().log()).isEqualTo(SHED_LOG);
        assertThat(status().cursor()).isEqualTo(10);
    }

    @Test
    void aPeerThatShowsAnotherLogEachTimeIsNotBelievedForEver() {
        node.follow(ALL);
        for (int i = 0; i < 200; i++) {
            node.hears(ALL, new LogSlice(new LogId(1_000 + i), 1, 0, List.of(), 0));
            node.isAnswered(new LogSlice(new LogId(1_000 + i), 1, 0, List.of(reading(1)), 1));
            node.passes(40 * SECOND);
        }
        assertThat(node.stored.stream().map(each -> each.cursor().log()).distinct())
                .hasSize(Subscriptions.LOGS_PER_PEER_MAX);
    }

    // Other filters

    @Test
    void aWiderFilterFetchesWhatItLacksAndTakesNothingTwice() {
        Filter light = Filter.of("*/light");
        SteppedCore wider =
                new SteppedCore(0, Map.of(), Map.of(new Cursor(SHED, SHED_LOG, light), 10L));
        wider.watches(ALL);
        wider.follow(ALL);
        wider.isAnswered(slice(12));
        assertThat(wider.fetches.getLast().after()).isZero();
        wider.isAnswered(
                new LogSlice(
                        SHED_LOG,
                        1,
                        0,
                        List.of(
                                reading(9),
                                reading(10, "air/light"),
                                reading(11),
                                reading(12, "air/light")),
                        12));
        assertThat(wider.storedSequences()).containsExactly(9L, 11L, 12L);
        assertThat(wider.seen.getLast().sequences()).containsExactly(9L, 11L, 12L);
    }

    @Test
    void aNarrowerFilterBeginsWhereTheWiderStands() {
        SteppedCore narrower = new SteppedCore(0, Map.of(), Map.of(CURSOR, 40L));
        narrower.follow(Filter.of("*/light"));
        narrower.isAnswered(slice(50));
        assertThat(narrower.fetches.getLast().after()).isEqualTo(40);
    }

    @Test
    void anotherFilterIsObservedInPlaceOfTheOldOne() {
        isUpToDate(10);
        node.happens(new Event.Wanted(Map.of(SHED, Filter.of("*/light"))));
        assertThat(node.observations).containsExactly("observe **", "leave **", "observe */light");
    }

    // A store that can't keep up

    @Test
    void whatTheStoreHasNoRoomForWasNotReceived() {
        isUpToDate(10);
        node.watches(ALL);
        node.storeFull = true;
        node.hears(ALL, slice(10, 11));
        assertThat(node.seen).isEmpty();
        assertThat(status().cursor()).isEqualTo(10);
        node.storeFull = false;
        node.isAnswered(slice(10, 11));
        assertThat(node.seen).hasSize(1);
        assertThat(status().cursor()).isEqualTo(11);
    }

    @Test
    void asksForNoMoreWhileTooMuchWaitsForACommit() {
        node.follow(ALL);
        node.isAnswered(slice(1_000_000));
        for (int i = 1; i < node.fetches.size(); i++) {
            answers(node.fetches.get(i), 1_000);
        }
        assertThat(status().cursor()).isEqualTo(Subscriptions.UNCOMMITTED_MAX);
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
        assertThat(status().cursor()).isZero();
        node.happens(
                new Event.FetchFailed(
                        node.fetches.get(1).number(), SHED, ALL, "no answer", Path.UDP));
        node.passes(SECOND);
        assertThat(node.fetches.getLast().after()).isZero();
        assertThat(node.fetches.getLast().limit()).isPositive();
        answers(node.fetches.getLast(), 1_000);
        assertThat(status().cursor()).isGreaterThan(Subscriptions.UNCOMMITTED_MAX - 2_000);
    }

    @Test
    void acknowledgesOnlyWhatIsCommitted() {
        isUpToDate(10);
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
        isUpToDate(10);
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

    // Peers that can't be reached

    @Test
    void observesAgainForEverAndLessOften() {
        node.follow(ALL);
        for (int i = 0; i < 12; i++) {
            int before = node.observations.size();
            node.happens(new Event.SubscriptionEnded(SHED, ALL, "no answer", Path.UDP));
            node.passes(30 * SECOND);
            assertThat(node.observations.size()).isGreaterThan(before);
        }
        node.happens(new Event.SubscriptionEnded(SHED, ALL, "no answer", Path.UDP));
        int before = node.observations.size();
        node.passes(14 * SECOND);
        assertThat(node.observations).hasSize(before);
    }

    @Test
    void asksAgainForEverAndLessOften() {
        node.follow(ALL);
        for (int i = 0; i < 12; i++) {
            int before = node.fetches.size();
            node.isNotAnswered();
            assertThat(node.fetches).hasSize(before);
            node.passes(30 * SECOND);
            assertThat(node.fetches).hasSize(before + 1);
        }
    }

    @Test
    void anObservationThatFellSilentIsMadeAnew() {
        isUpToDate(10);
        node.hears(ALL, slice(10));
        node.passes(24 * SECOND);
        assertThat(node.observations).hasSize(1);
        node.passes(3 * SECOND);
        assertThat(node.observations).containsExactly("observe **", "observe **");
    }

    @Test
    void heartbeatsKeepAnObservationAlive() {
        isUpToDate(10);
        for (int i = 0; i < 10; i++) {
            node.passes(10 * SECOND);
            node.hears(ALL, slice(10));
        }
        assertThat(node.observations).hasSize(1);
    }

    @Test
    void doesNotWaitOnceThePeerIsBack() {
        node.follow(ALL);
        node.passes(SECOND);
        for (int i = 0; i < 8; i++) {
            node.isNotAnswered();
            node.passes(30 * SECOND);
        }
        node.isNotAnswered();
        node.happens(new Event.SubscriptionEnded(SHED, ALL, "no answer", Path.UDP));
        int asked = node.fetches.size();
        int observed = node.observations.size();
        node.happens(new Event.PeerReachable(SHED, Path.UDP));
        assertThat(node.fetches).hasSize(asked + 1);
        assertThat(node.observations).hasSize(observed + 1);
    }

    @Test
    void namesThoseItDoesNotHearFrom() {
        node.happens(
                new Event.Reserved(100_000),
                new Event.Wanted(Map.of(SHED, ALL, CELLAR, ALL)),
                new Event.PeersKnown(
                        List.of(
                                new io.pipit.model.Peer(SHED, "shed", null, Set.of()),
                                new io.pipit.model.Peer(CELLAR, "cellar", null, Set.of()))));
        node.hears(ALL, slice(0));
        node.passes(2 * SECOND);
        assertThat(node.health.parts().get(Health.Part.PEERS))
                .isEqualTo(new Health.Condition(Health.Status.DEGRADED, "not heard from: cellar"));
    }

    // Peers that lie

    @Test
    void impossiblePlacesAreNonsense() {
        isUpToDate(10);
        node.hears(ALL, new LogSlice(SHED_LOG, 1, 10, List.of(), Long.MAX_VALUE));
        node.hears(ALL, new LogSlice(SHED_LOG, 1, -5, List.of(), 12));
        node.hears(ALL, new LogSlice(SHED_LOG, -1, 10, List.of(), 12));
        assertThat(status().cursor()).isEqualTo(10);
        assertThat(status().head()).isEqualTo(10);
    }

    @Test
    void wildlyJumpingPlacesTakeBoundedRoomAndNothingTwice() {
        isUpToDate(10);
        node.watches(ALL);
        for (long place = 100; place < 100_000; place += 10) {
            node.hears(ALL, slice(place, place + 1));
        }
        assertThat(node.seen).hasSize(Intervals.STRETCHES_MAX);
        int stored = node.storedSequences().size();
        for (long place = 100; place < 100_000; place += 10) {
            node.hears(ALL, slice(place, place + 1));
        }
        assertThat(node.storedSequences()).hasSize(stored);
    }

    @Test
    void aPeerThatPromisesMoreThanItHasIsNotAskedInALoop() {
        isUpToDate(10);
        for (int i = 0; i < 100; i++) {
            node.hears(ALL, slice(Subscription.SEQUENCE_MAX));
            if (node.fetches.size() > 2) {
                node.isAnswered(slice(10, 11));
                node.isAnswered(slice(10));
            }
        }
        assertThat(node.fetches.size()).isLessThan(10);
    }

    @Test
    void whateverAPeerSaysHarmsItsOwnLogAlone() {
        Random random = new Random(11);
        isUpToDate(10);
        node.happens(new Event.Wanted(Map.of(SHED, ALL, CELLAR, ALL)));
        Set<List<Object>> seen = new HashSet<>();
        node.happens(
                new Event.WatchOpened(
                        (origin, log, entries, live) ->
                                entries.forEach(entry ->
                                        assertThat(seen.add(List.of(origin, log, entry.sequence())))
                                                .as("%s once", entry)
                                                .isTrue()),
                        ALL));
        for (int i = 0; i < 20_000; i++) {
            long range = 1L << random.nextInt(4, 63);
            long previous = random.nextLong(-2, range);
            List<LogEntry> entries = new ArrayList<>();
            long last = previous;
            for (int more = random.nextInt(4); more > 0 && last < range; more--) {
                last += random.nextLong(1, range);
                entries.add(reading(last));
            }
            LogSlice slice =
                    new LogSlice(
                            new LogId(random.nextInt(10) == 0 ? random.nextLong() : 0x5ed),
                            random.nextLong(range),
                            previous,
                            entries,
                            random.nextBoolean() ? last : Math.max(last, random.nextLong(range)));
            if (random.nextBoolean()) {
                node.hears(ALL, slice);
            } else {
                long number = node.fetches.getLast().number();
                node.happens(new Event.Fetched(number, SHED, ALL, slice, Path.UDP));
            }
            if (random.nextInt(10) == 0) {
                node.passes(random.nextLong(SECOND));
            }
        }
        node.hears(ALL, slice(5));
        assertThat(node.stored).noneMatch(each -> each.cursor().origin().equals(CELLAR));
        assertThat(node.stored.stream().map(each -> each.cursor().log()).distinct().count())
                .isLessThanOrEqualTo(Subscriptions.LOGS_PER_PEER_MAX);
    }

    private CoreStatus.Subscription status() {
        return node.status().subscriptions().getFirst();
    }

    /** Follows the shed's whole log, and holds it up to there. */
    private void isUpToDate(long place) {
        node.follow(ALL);
        node.isAnswered(slice(place));
        long[] all = new long[(int) place];
        for (int i = 0; i < all.length; i++) {
            all[i] = i + 1L;
        }
        node.isAnswered(slice(0, all));
    }
}
