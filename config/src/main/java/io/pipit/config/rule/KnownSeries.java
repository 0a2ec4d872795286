package io.pipit.config.rule;

import io.pipit.config.text.Malformed;
import java.time.Duration;
import java.util.Optional;

/** What is known of the series that rules speak of. */
@FunctionalInterface
public interface KnownSeries {
    /**
     * What is known of one.
     *
     * @param staleAfter the age at which its newest value is none any more
     * @param unit of its readings, where that is known
     */
    record Traits(Duration staleAfter, Optional<String> unit) {}

    /**
     * Looks it up. What a peer has isn't known here, so that any name will do.
     *
     * @throws Malformed where this node has none of that name, with the nearest
     */
    Traits traits(SeriesName series) throws Malformed;
}
