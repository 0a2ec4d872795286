package io.pipit.cli.rules;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.Failure;
import io.pipit.cli.show.Printable;
import io.pipit.config.rule.SeriesName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon keeps of some series, in the order of its time: a page of each is held, however
 * much there is. Within one log the order of its places is that of time but for clocks that were
 * set. One thread.
 */
final class Playback {
    /** Readings held of all series together, about. */
    private static final int READINGS_MAX = 20_000;

    private static final int PAGE_MIN = 50;
    private static final int PAGE_MAX = 1_000;

    private final Daemon daemon;
    private final String from;
    private final String to;
    private final int page;
    private final PriorityQueue<Stream> streams =
            new PriorityQueue<>(
                    Comparator.comparingLong(Stream::timeMicros).thenComparing(Stream::pattern));

    /**
     * Begins.
     *
     * @param fromMicros since 1970, inclusive
     * @param toMicros exclusive
     */
    Playback(Daemon daemon, Collection<SeriesName> series, long fromMicros, long toMicros)
            throws Failure {
        this.daemon = daemon;
        from = Printable.exact(fromMicros);
        to = Printable.exact(toMicros);
        page = Math.clamp(READINGS_MAX / Math.max(1, series.size()), PAGE_MIN, PAGE_MAX);
        List<Stream> all = new ArrayList<>();
        for (SeriesName name : series) {
            Stream stream = new Stream(daemon.pattern(name.toString()));
            if (stream.fill()) {
                all.add(stream);
            }
        }
        streams.addAll(all);
    }

    /** One series. */
    private final class Stream {
        private final String pattern;
        private final Deque<Arrival> held = new ArrayDeque<>();
        private @Nullable Arrival last;

        Stream(String pattern) {
            this.pattern = pattern;
        }

        String pattern() {
            return pattern;
        }

        long timeMicros() {
            return held.element().timeMicros();
        }

        /** Whether there is more. */
        boolean fill() throws Failure {
            if (held.isEmpty()) {
                held.addAll(daemon.history(pattern, from, to, last, page));
                last = held.peekLast();
            }
            return !held.isEmpty();
        }
    }

    /** The next reading; empty at the end. */
    Optional<Arrival> next() throws Failure {
        Stream first = streams.poll();
        if (first == null) {
            return Optional.empty();
        }
        Arrival reading = first.held.remove();
        if (first.fill()) {
            streams.add(first);
        }
        return Optional.of(reading);
    }
}
