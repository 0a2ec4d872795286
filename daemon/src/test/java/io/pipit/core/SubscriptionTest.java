package io.pipit.core;

import static io.pipit.core.SteppedCore.CELLAR;
import static io.pipit.core.SteppedCore.SECOND;
import static io.pipit.core.SteppedCore.SELF;
import static io.pipit.core.SteppedCore.SHED;
import static io.pipit.core.SteppedCore.SHED_LOG;
import static io.pipit.core.SteppedCore.reading;
import static io.pipit.core.SteppedCore.slice;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.Stamp;
import io.pipit.monitor.Health;
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

/** How a node follows a peer's feed. */
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
        node.isUpToDate(10);
        node.hears(ALL, slice(10, 11, 12));
        assertThat(node.stored)
                .last()
                .isEqualTo(new SteppedCore.Stored(CURSOR, List.of(reading(11), reading(12)), 12));
        assertThat(node.fetches).hasSize(2);
    }

    @Test
    void storesALateReadingAtOnceAndFetchesWhatIsMissing() {
        node.isUpToDate(10);
        node.hears(ALL, slice(12, 13));
        assertThat(node.stored)
                .last()
                .isEqualTo(new SteppedCore.Stored(CURSOR, List.of(reading(13)), 10));
        assertThat(node.fetches.getLast().after()).isEqualTo(10);
        node.isAnswered(slice(10, 11, 12, 13));
        assertThat(node.stored)
                .last()
                .isEqualTo(new SteppedCore.Stored(CURSOR, List.of(reading(11), reading(12)), 13));
        assertThat(node.subscription().repairing()).isFalse();
    }

    @Test
    void aHeartbeatTellsOfALostLastReading() {
        node.isUpToDate(10);
        node.hears(ALL, slice(11));
        assertThat(node.fetches.getLast().after()).isEqualTo(10);
        assertThat(node.subscription().repairing()).isTrue();
    }

    @Test
    void hearingSomethingTwiceChangesNothing() {
        node.isUpToDate(10);
        node.hears(ALL, slice(10, 11));
        int calls = node.stored.size();
        node.hears(ALL, slice(10, 11));
        node.hears(ALL, slice(5, 6, 7));
        assertThat(node.stored).hasSize(calls);
    }

    @Test
    void anAnswerToAnEarlierQuestionIsIgnored() {
        node.isUpToDate(10);
        node.happens(new Event.Fetched(1, SHED, ALL, slice(10, 11), Path.UDP));
        assertThat(node.subscription().cursor()).isEqualTo(10);
    }

    @Test
    void aSliceOfAnotherFilterIsIgnored() {
        node.isUpToDate(10);
        node.hears(Filter.of("air/*"), slice(10, 11));
        assertThat(node.subscription().cursor()).isEqualTo(10);
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
        node.isUpToDate(10);
        node.hears(ALL, slice(14));
        node.isAnswered(slice(10));
        assertThat(node.subscription().repairing()).isFalse();
        assertThat(node.subscription().head()).isEqualTo(10);
    }

    // What is gone

    @Test
    void countsWhatIsGoneAndDoesNotAskForItAgain() {
        node.isUpToDate(10);
        node.hears(ALL, slice(40));
        node.isAnswered(new LogSlice(SHED_LOG, 31, 10, List.of(reading(31), reading(40)), 40));
        assertThat(node.subscription().gone()).isEqualTo(20);
        assertThat(node.subscription().cursor()).isEqualTo(40);
        assertThat(node.subscription().repairing()).isFalse();
    }

    @Test
    void aClockThatIsKeptLongerThanItsReadingsIsNotGone() {
        node.follow(ALL);
        node.isAnswered(slice(40));
        BootClock clock = new BootClock(1, new Stamp(1, 0), 5, true);
        node.isAnswered(new LogSlice(SHED_LOG, 31, 0, List.of(clock, reading(40)), 40));
        assertThat(node.subscription().gone()).isEqualTo(29);
        assertThat(node.storedSequences()).containsExactly(1L, 40L);
    }

    // Other logs

    @Test
    void aNewLogBeginsBesideTheOldOne() {
        node.isUpToDate(10);
        LogId fresh = new LogId(0xf);
        node.hears(ALL, new LogSlice(fresh, 1, 2, List.of(reading(3)), 3));
        assertThat(node.fetches.getLast().limit()).isZero();
        node.isAnswered(new LogSlice(fresh, 1, 3, List.of(), 3));
        assertThat(node.fetches.getLast().log()).isEqualTo(fresh);
        assertThat(node.fetches.getLast().after()).isZero();
        node.isAnswered(new LogSlice(fresh, 1, 0, List.of(reading(1), reading(3)), 3));
        assertThat(node.stored.getLast().cursor()).isEqualTo(new Cursor(SHED, fresh, ALL));
        assertThat(node.subscription().log()).isEqualTo(fresh);
    }

    @Test
    void aLateSliceOfAnOldLogDoesNoHarm() {
        node.isUpToDate(10);
        node.hears(ALL, new LogSlice(new LogId(0xf), 1, 2, List.of(reading(3)), 3));
        node.isAnswered(slice(10));
        assertThat(node.subscription().log()).isEqualTo(SHED_LOG);
        assertThat(node.subscription().cursor()).isEqualTo(10);
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
        node.isUpToDate(10);
        node.happens(new Event.Wanted(Map.of(SHED, Filter.of("*/light"))));
        assertThat(node.observations).containsExactly("observe **", "leave **", "observe */light");
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
        node.isUpToDate(10);
        node.hears(ALL, slice(10));
        node.passes(24 * SECOND);
        assertThat(node.observations).hasSize(1);
        node.passes(3 * SECOND);
        assertThat(node.observations).containsExactly("observe **", "observe **");
    }

    @Test
    void heartbeatsKeepAnObservationAlive() {
        node.isUpToDate(10);
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

    @Test
    void saysWhyItDoesNotHearFromOneUntilItDoes() {
        node.follow(ALL);
        node.happens(new Event.SubscriptionEnded(SHED, ALL, "the peer answered 4.03", Path.UDP));
        node.passes(2 * SECOND);
        assertThat(node.health.parts().get(Health.Part.PEERS).reason())
                .isEqualTo("not heard from: shed (the peer answered 4.03)");
        node.hears(ALL, slice(0));
        node.passes(2 * SECOND);
        assertThat(node.health.parts().get(Health.Part.PEERS).reason()).isEmpty();
        node.passes(60 * SECOND);
        assertThat(node.health.parts().get(Health.Part.PEERS).reason())
                .isEqualTo("not heard from: shed");
    }

    // Peers that lie

    @Test
    void impossiblePlacesAreNonsense() {
        node.isUpToDate(10);
        node.hears(ALL, new LogSlice(SHED_LOG, 1, 10, List.of(), Long.MAX_VALUE));
        node.hears(ALL, new LogSlice(SHED_LOG, 1, -5, List.of(), 12));
        node.hears(ALL, new LogSlice(SHED_LOG, -1, 10, List.of(), 12));
        assertThat(node.subscription().cursor()).isEqualTo(10);
        assertThat(node.subscription().head()).isEqualTo(10);
    }

    @Test
    void wildlyJumpingPlacesTakeBoundedRoomAndNothingTwice() {
        node.isUpToDate(10);
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
        node.isUpToDate(10);
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
        node.isUpToDate(10);
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
}
