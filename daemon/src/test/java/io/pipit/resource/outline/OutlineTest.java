package io.pipit.resource.outline;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.model.Timeline;
import io.pipit.port.ReadingHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class OutlineTest {
    private static final NodeId NODE =
            NodeId.parse("VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV").orElseThrow();
    private static final LogId LOG = new LogId(7);
    private static final long SECOND = 1_000_000;

    private final Kept history = new Kept();

    private static class Kept implements ReadingHistory {
        int pageReadings = 3;
        final List<ReadingHistory.Kept> readings = new ArrayList<>();
        final List<HistoryQuery> asked = new ArrayList<>();

        void add(String series, double seconds, double value) {
            long sequence = readings.size() + 1L;
            long micros = (long) (seconds * SECOND);
            readings.add(
                    new ReadingHistory.Kept(
                            NODE,
                            LOG,
                            micros,
                            new Reading(
                                    sequence,
                                    new Stamp(1, micros),
                                    Series.parse(series).orElseThrow(),
                                    value,
                                    "Cel")));
        }

        @Override
        public CompletionStage<Page> read(HistoryQuery query) {
            asked.add(query);
            int from = query.after() == null ? 0 : (int) query.after().sequence();
            int to = Math.min(readings.size(), from + pageReadings);
            return CompletableFuture.completedFuture(
                    new Page(
                            readings.subList(from, to),
                            to < readings.size() ? new Position(NODE, LOG, to) : null));
        }

        @Override
        public CompletionStage<LogSlice> read(LogQuery query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<ReadingHistory.Kept>> newest(Filter filter) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Timeline timeline(NodeId origin, LogId log) {
            return Timeline.EMPTY;
        }

        @Override
        public long firstKept(NodeId origin, LogId log) {
            return 1;
        }

        @Override
        public Optional<Reading> latest(Series series) {
            return Optional.empty();
        }

        @Override
        public List<Series> series() {
            return List.of();
        }
    }

    private Optional<List<Double>> values(long from, long to, int stretches) {
        return Outline.read(history, Filter.ALL, from * SECOND, to * SECOND, true, stretches)
                .toCompletableFuture()
                .join()
                .map(left -> left.stream().map(kept -> kept.reading().value()).toList());
    }

    @Test
    void ofEachStretchTheLowestAndTheHighestAreLeftInTheOrderOfTime() {
        history.add("air/t", 0, 5);
        history.add("air/t", 1, 9);
        history.add("air/t", 2, 1);
        history.add("air/t", 9.9, 4);
        history.add("air/t", 10, 3);
        history.add("air/t", 15, 3);
        history.add("air/t", 19, 8);
        history.add("air/t", 35, 2);

        assertThat(values(0, 40, 4)).hasValue(List.of(9.0, 1.0, 3.0, 8.0, 2.0));
        assertThat(history.asked).as("pages").hasSize(3);
    }

    @Test
    void eachSeriesHasAnOutlineOfItsOwn() {
        history.add("air/t", 0, 1);
        history.add("air/h", 0, 50);
        history.add("air/t", 1, 2);
        history.add("air/h", 1, 50);

        assertThat(values(0, 10, 1)).hasValue(List.of(1.0, 2.0, 50.0));
    }

    @Test
    void whatComesAfterTheEndOrOutOfOrderLosesNothing() {
        history.add("air/t", 25, 7);
        history.add("air/t", 3, 2);
        history.add("air/t", 12, 6);

        assertThat(values(0, 10, 2)).hasValue(List.of(2.0, 6.0, 7.0));
    }

    @Test
    void ofNothingThereIsAnEmptyOutline() {
        assertThat(values(0, 10, 2)).hasValue(List.of());
    }

    @Test
    void anEndThatIsSetIsAskedFor() {
        var _ = Outline.read(history, Filter.of("a/b/c"), 5, 9, false, 1);
        var _ = Outline.read(history, Filter.of("a/b/c"), 5, 9, true, 1);

        assertThat(history.asked)
                .extracting(ReadingHistory.HistoryQuery::toMicros)
                .containsExactly(9L, null);
    }

    @Test
    void moreThanMayBeLeftIsRefused() {
        history.pageReadings = ReadingHistory.LIMIT_MAX;
        for (int i = 0; i <= Outline.POINTS_MAX; i++) {
            history.add("s" + i + "/t", 1, i);
        }

        assertThat(values(0, 10, 1)).isEmpty();
        history.readings.removeLast();
        assertThat(values(0, 10, 1).orElseThrow()).hasSize(Outline.POINTS_MAX);
    }

    @Test
    void moreThanMayBeLookedAtIsRefused() {
        ReadingHistory.Kept one =
                new ReadingHistory.Kept(
                        NODE,
                        LOG,
                        SECOND,
                        new Reading(1, new Stamp(1, SECOND), new Series("air", "t"), 1, "Cel"));
        List<ReadingHistory.Kept> page =
                java.util.Collections.nCopies(ReadingHistory.LIMIT_MAX, one);
        int[] pages = {0};
        ReadingHistory endless =
                new Kept() {
                    @Override
                    public CompletionStage<Page> read(HistoryQuery query) {
                        pages[0]++;
                        return CompletableFuture.completedFuture(
                                new Page(page, new Position(NODE, LOG, 1)));
                    }
                };

        assertThat(
                        Outline.read(endless, Filter.ALL, 0, 10 * SECOND, true, 1)
                                .toCompletableFuture()
                                .join())
                .isEmpty();
        assertThat(pages[0]).isEqualTo(Outline.READINGS_MAX / ReadingHistory.LIMIT_MAX);
    }
}
