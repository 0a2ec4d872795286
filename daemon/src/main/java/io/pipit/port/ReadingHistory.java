package io.pipit.port;

import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Timeline;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What the store holds: the reading side. Thread-safe; answers come on the store's reader threads.
 * What was appended but not committed yet is seen too, so that a repair never waits for a disk. A
 * stage fails with {@link java.io.UncheckedIOException} where the store can't be read or too many
 * queries wait.
 */
public interface ReadingHistory {
    /**
     * A stretch of the own log.
     *
     * @param log the log that {@code after} belongs to; where it isn't the own one, or null, the
     *     answer starts at the own log's start
     * @param after the place after which to begin
     * @param through nothing beyond this place, unless it's before what is kept; {@link
     *     Long#MAX_VALUE} for all
     * @param limit entries at the most, 0 to {@link #LIMIT_MAX}; with 0, where the feed stands:
     *     {@code previous} is then the last entry's sequence that the filter lets through
     */
    record LogQuery(Filter filter, @Nullable LogId log, long after, long through, int limit) {}

    /**
     * Readings of this node and its peers by time.
     *
     * @param filter over {@code node/sensor/quantity}; nodes by the name or the ID that {@code
     *     names} gives
     * @param fromMicros wall clock, inclusive, microseconds since 1970; null for the beginning
     * @param toMicros wall clock, exclusive; null for the end
     * @param after where the last page ended; null for the first page
     * @param limit readings at the most, 1 to {@link #LIMIT_MAX}
     */
    record HistoryQuery(
            Filter filter,
            @Nullable Long fromMicros,
            @Nullable Long toMicros,
            @Nullable Position after,
            int limit) {}

    /** A place in all that the store holds; pages are ordered by origin's number, log, sequence. */
    record Position(NodeId origin, LogId log, long sequence) {}

    /**
     * A reading with all that identifies it.
     *
     * @param wallMicros by what is known of that boot's clock now
     */
    record Kept(NodeId origin, LogId log, long wallMicros, Reading reading) {}

    /** A page of readings; {@code next} is null at the end. */
    record Page(List<Kept> readings, @Nullable Position next) {
        public Page {
            readings = List.copyOf(readings);
        }
    }

    /** Entries or readings in one answer at the most. */
    int LIMIT_MAX = 10_000;

    /** A stretch of the own log. {@code completeTo} is less than the log's end where it was cut. */
    CompletionStage<LogSlice> read(LogQuery query);

    /** Readings by time. */
    CompletionStage<Page> read(HistoryQuery query);

    /** The newest reading kept of each series of each node that the filter lets through. */
    CompletionStage<List<Kept>> newest(Filter filter);

    /** The clocks of a log, as far as they are known; empty where the log isn't. */
    Timeline timeline(NodeId origin, LogId log);

    /**
     * The first place of a log that is still kept, from memory: what was before it was given up for
     * its age, or for want of room. 1 where nothing was, or the log isn't known.
     */
    long firstKept(NodeId origin, LogId log);

    /** The newest own reading of a series, from memory. */
    Optional<Reading> latest(Series series);

    /** All own series that were ever read, sorted, from memory. */
    List<Series> series();
}
