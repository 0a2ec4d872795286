package io.pipit.resource.outline;

import io.pipit.model.Filter;
import io.pipit.model.NodeId;
import io.pipit.model.Series;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingHistory.Page;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a chart of readings looks like: time is cut into equal stretches, and of each series there
 * are left the lowest and the highest reading of each stretch, which are readings that were taken.
 * A peak is so never lost, as it is with means, or where every hundredth reading is taken.
 *
 * <p>Pages are read one after the other, each on a thread of the store's, between others' queries.
 */
public final class Outline {
    /** Into how many stretches time is cut at the most: pixels of a wide screen. */
    public static final int STRETCHES_MAX = 1_000;

    /** Readings looked at for one outline: a week of one each second, and more. */
    static final int READINGS_MAX = 1_000_000;

    /** Readings left in one outline, of all series together. */
    static final int POINTS_MAX = 10_000;

    private record Line(NodeId origin, Series series) {}

    private static final class Stretch {
        private @Nullable Kept lowest;
        private @Nullable Kept highest;

        int add(Kept kept) {
            int before = points();
            double value = kept.reading().value();
            if (lowest == null || value < lowest.reading().value()) {
                lowest = kept;
            }
            if (highest == null || value > highest.reading().value()) {
                highest = kept;
            }
            return points() - before;
        }

        // The very objects: it is the same reading, or it is not.
        @SuppressWarnings("ReferenceEquality")
        private int points() {
            return lowest == null ? 0 : lowest == highest ? 1 : 2;
        }

        void into(List<Kept> outline) {
            if (lowest == null || highest == null) {
                return;
            }
            boolean rising = lowest.wallMicros() <= highest.wallMicros();
            outline.add(rising ? lowest : highest);
            if (points() > 1) {
                outline.add(rising ? highest : lowest);
            }
        }
    }

    private final ReadingHistory history;
    private final HistoryQuery query;
    private final long from;
    private final long to;
    private final int stretches;
    private final Map<Line, Map<Integer, Stretch>> lines = new LinkedHashMap<>();
    private int looked;
    private int points;

    private Outline(ReadingHistory history, HistoryQuery query, long from, long to, int stretches) {
        this.history = history;
        this.query = query;
        this.from = from;
        this.to = to;
        this.stretches = stretches;
    }

    /**
     * Reads it.
     *
     * @param filter over {@code node/sensor/quantity}
     * @param fromMicros wall clock, inclusive, microseconds since 1970
     * @param toMicros where the last stretch ends; later than {@code fromMicros}
     * @param open whether what is still later belongs to the last stretch, and not to nothing
     * @param stretches 1 to {@link #STRETCHES_MAX}
     * @return by series, each in the order of time; empty where there is more to be looked at, or
     *     left, than may be
     */
    public static CompletionStage<Optional<List<Kept>>> read(
            ReadingHistory history,
            Filter filter,
            long fromMicros,
            long toMicros,
            boolean open,
            int stretches) {
        HistoryQuery first =
                new HistoryQuery(
                        filter,
                        fromMicros,
                        open ? null : (Long) toMicros,
                        null,
                        ReadingHistory.LIMIT_MAX);
        return new Outline(history, first, fromMicros, toMicros, stretches).from(first);
    }

    private CompletionStage<Optional<List<Kept>>> from(HistoryQuery page) {
        return history.read(page).thenCompose(this::take);
    }

    private CompletionStage<Optional<List<Kept>>> take(Page page) {
        looked += page.readings().size();
        for (Kept kept : page.readings()) {
            points +=
                    lines.computeIfAbsent(
                                    new Line(kept.origin(), kept.reading().series()),
                                    line -> new LinkedHashMap<>())
                            .computeIfAbsent(stretchOf(kept.wallMicros()), n -> new Stretch())
                            .add(kept);
        }
        if (points > POINTS_MAX || (looked >= READINGS_MAX && page.next() != null)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (page.next() == null) {
            return CompletableFuture.completedFuture(Optional.of(left()));
        }
        return from(
                new HistoryQuery(
                        query.filter(),
                        query.fromMicros(),
                        query.toMicros(),
                        page.next(),
                        query.limit()));
    }

    private int stretchOf(long wallMicros) {
        double share = (double) (wallMicros - from) / (to - from);
        return Math.clamp((long) (share * stretches), 0, stretches - 1);
    }

    private List<Kept> left() {
        List<Kept> outline = new ArrayList<>(points);
        for (Map<Integer, Stretch> line : lines.values()) {
            line.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(stretch -> stretch.getValue().into(outline));
        }
        return outline;
    }
}
