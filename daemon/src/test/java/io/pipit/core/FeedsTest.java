package io.pipit.core;

import static io.pipit.core.SteppedCore.MILLI;
import static io.pipit.core.SteppedCore.OWN_LOG;
import static io.pipit.core.SteppedCore.SECOND;
import static io.pipit.core.SteppedCore.SHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogSlice;
import io.pipit.model.Series;
import io.pipit.port.CoreStatus;
import io.pipit.port.Event;
import io.pipit.port.LogSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What this node's subscribers get of its log. */
class FeedsTest {
    private static final Filter TEMPERATURE = Filter.of("*/temperature");

    private final SteppedCore node =
            new SteppedCore(
                    7,
                    Map.of(new Series("air", "temperature"), 40L, new Series("air", "light"), 90L),
                    Map.of());
    private final List<LogSlice> slices = new ArrayList<>();
    private final LogSubscriber subscriber = slices::add;

    @BeforeEach
    void hasItsPlaces() {
        node.happens(new Event.Reserved(100_000));
    }

    @Test
    void theFirstThingIsWhereTheFeedStands() {
        follows(TEMPERATURE);
        assertThat(slices).containsExactly(new LogSlice(OWN_LOG, 1, 40, List.of(), 40));
    }

    @Test
    void aLoneReadingLeavesAtOnceAndNamesTheOneBefore() {
        follows(TEMPERATURE);
        node.passes(SECOND);
        slices.clear();
        node.measures(20);
        assertThat(slices).hasSize(1);
        assertThat(slices.getFirst().previous()).isEqualTo(40);
        assertThat(sequences()).containsExactly(1_001L);
        node.passes(5 * MILLI);
        node.measures(21);
        assertThat(slices.getLast().previous()).isEqualTo(1_001);
    }

    @Test
    void aFewLeaveAtOnceAndWhatKeepsComingFasterTravelsTogether() {
        follows(TEMPERATURE);
        for (int round = 0; round < 2; round++) {
            slices.clear();
            for (int i = 0; i < Feed.BURST_SLICES; i++) {
                node.measures(20 + i);
            }
            assertThat(slices).hasSize(Feed.BURST_SLICES);
            node.measures(31, 32);
            node.nowNanos += MILLI;
            node.measures(33);
            assertThat(slices).hasSize(Feed.BURST_SLICES);
            node.passes(3 * MILLI);
            assertThat(slices).hasSize(Feed.BURST_SLICES + 1);
            assertThat(slices.getLast().entries()).hasSize(3);
            node.passes(Feed.BURST_SLICES * 4 * MILLI);
        }
    }

    @Test
    void aFeedShowsOnlyWhatItsFilterLetsThrough() {
        follows(TEMPERATURE);
        node.happens(node.measured("light", 3), node.measured("temperature", 20));
        assertThat(sequences()).containsExactly(1_002L);
        assertThat(slices.getLast().previous()).isEqualTo(40);
    }

    @Test
    void theClockPassesEachFilter() {
        follows(TEMPERATURE);
        node.offsetMicros += SECOND;
        node.passes(SECOND);
        assertThat(sequences()).containsExactly(1_001L);
    }

    @Test
    void aBigBurstIsSentInPieces() {
        follows(TEMPERATURE);
        for (int i = 0; i < Feed.SLICE_ENTRIES_MAX + 1; i++) {
            node.core.handle(node.measured("temperature", i));
        }
        node.core.tick();
        assertThat(slices.getLast().entries()).hasSize(Feed.SLICE_ENTRIES_MAX);
        node.passes(4 * MILLI);
        assertThat(slices.getLast().entries()).hasSize(1);
        assertThat(slices.getLast().previous()).isEqualTo(slices.get(1).completeTo());
    }

    @Test
    void whatIsTooMuchIsDroppedInAWayThatIsNoticed() {
        follows(TEMPERATURE);
        for (int i = 0; i < Feed.WAITING_MAX + 10; i++) {
            node.core.handle(node.measured("temperature", i));
        }
        node.core.tick();
        assertThat(slices.getLast().previous()).isEqualTo(1_010);
        assertThat(slices.getLast().entries().getFirst().sequence()).isEqualTo(1_011);
    }

    @Test
    void nobodyIsSentLookingForWhatWasNotStored() {
        follows(TEMPERATURE);
        node.measures(20);
        node.passes(5 * MILLI);
        node.storeFull = true;
        node.measures(21);
        assertThat(sequences()).containsExactly(1_001L, 1_002L);
        node.passes(SECOND);
        assertThat(slices.getLast()).isEqualTo(new LogSlice(OWN_LOG, 1, 1_001, List.of(), 1_001));
        node.storeFull = false;
        node.measures(22);
        assertThat(slices.getLast().previous()).isEqualTo(1_001);
        assertThat(sequences()).containsExactly(1_001L, 1_002L, 1_003L);
    }

    @Test
    void allFollowersGetTheSameObject() {
        List<LogSlice> others = new ArrayList<>();
        follows(TEMPERATURE);
        node.happens(new Event.FeedOpened(others::add, Filter.of("*/temperature"), null));
        node.measures(20);
        assertThat(others.getLast()).isSameAs(slices.getLast());
    }

    @Test
    void aQuietFeedSaysWhereItStandsLessAndLessOften() {
        follows(TEMPERATURE);
        node.measures(20);
        slices.clear();
        long start = node.nowNanos;
        List<Long> at = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int before = slices.size();
            while (slices.size() == before) {
                node.passes(node.core.nextDeadlineNanos() - node.nowNanos);
            }
            at.add((node.nowNanos - start) / MILLI);
        }
        assertThat(at).containsExactly(250L, 2_000L, 6_000L, 10_000L, 14_000L);
        assertThat(slices).containsOnly(new LogSlice(OWN_LOG, 1, 1_001, List.of(), 1_001));
    }

    @Test
    void whoLeavesGetsNothingMore() {
        follows(TEMPERATURE);
        node.happens(new Event.FeedClosed(subscriber));
        slices.clear();
        node.measures(20);
        node.passes(20 * SECOND);
        assertThat(slices).isEmpty();
    }

    @Test
    void saysFromWhereOnItKeepsItsLog() {
        node.happens(new Event.Trimmed(35));
        follows(TEMPERATURE);
        assertThat(slices.getFirst().firstKept()).isEqualTo(35);
    }

    @Test
    void refusesMoreSubscribersThanItCanServe() {
        List<LogSlice> greetings = new ArrayList<>();
        for (int i = 0; i < Feeds.SUBSCRIBERS_MAX + 3; i++) {
            List<LogSlice> each = new ArrayList<>();
            node.happens(new Event.FeedOpened(each::add, TEMPERATURE, null));
            greetings.addAll(each);
        }
        assertThat(greetings.size()).isGreaterThanOrEqualTo(Feeds.SUBSCRIBERS_MAX);
        follows(TEMPERATURE);
        assertThat(slices).isEmpty();
    }

    @Test
    void refusesMoreFiltersThanItCanServe() {
        for (int i = 0; i < Feeds.FILTERS_MAX; i++) {
            List<LogSlice> each = new ArrayList<>();
            node.happens(new Event.FeedOpened(each::add, Filter.of("s" + i + "/*"), null));
        }
        follows(TEMPERATURE);
        assertThat(slices).isEmpty();
    }

    @Test
    void knowsHowFarBehindASubscriberIs() {
        node.happens(new Event.FeedOpened(subscriber, TEMPERATURE, SHED));
        node.measures(20, 21);
        node.happens(new Event.Acknowledged(SHED, TEMPERATURE, 1_001));
        assertThat(node.status().subscribers())
                .containsExactly(new CoreStatus.Subscriber(SHED, TEMPERATURE, 1_001, 1));
        node.happens(new Event.Acknowledged(SHED, TEMPERATURE, Long.MAX_VALUE));
        assertThat(node.status().subscribers())
                .containsExactly(new CoreStatus.Subscriber(SHED, TEMPERATURE, 1_002, 0));
    }

    private void follows(Filter filter) {
        node.happens(new Event.FeedOpened(subscriber, filter, null));
    }

    private List<Long> sequences() {
        return slices.stream()
                .flatMap(slice -> slice.entries().stream())
                .map(LogEntry::sequence)
                .toList();
    }
}
