package io.pipit.sampling;

import io.pipit.model.Series;
import io.pipit.port.Event;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes out of what was measured. Immutable.
 *
 * @param happenings what happened before the reading, and means that are late
 * @param values those of the reading
 */
record Outcome(
        List<Probe.Happening> happenings,
        List<Event.Value> values,
        String complaint,
        Sieve.Tally tally) {
    /** Values of one reading; more is a driver gone wrong. */
    static final int VALUES_MAX = 64;

    static final Outcome NOTHING = new Outcome(List.of(), List.of(), "", Sieve.Tally.NONE);

    static Outcome of(
            Sieve sieve,
            List<Probe.Happening> happened,
            long at,
            @Nullable List<Event.Value> values) {
        List<Probe.Happening> out = new ArrayList<>(happened.size());
        for (Probe.Happening one : happened) {
            Sieve.Sifted sifted = sieve.take(one.monotonicNanos(), one.values());
            out.addAll(sifted.late());
            if (!sifted.values().isEmpty()) {
                out.add(new Probe.Happening(one.monotonicNanos(), sifted.values()));
            }
        }
        List<Event.Value> read = List.of();
        if (values != null) {
            Sieve.Sifted sifted = sieve.take(at, values);
            out.addAll(sifted.late());
            read = sifted.values();
        }
        return new Outcome(out, read, sieve.complaint(), sieve.tally());
    }

    /** What is wrong with what a driver gave; empty where nothing is. */
    static String problemWith(List<Event.Value> values) {
        if (values.isEmpty() || values.size() > VALUES_MAX) {
            return "its driver gave "
                    + values.size()
                    + " values, and 1 to "
                    + VALUES_MAX
                    + " are possible";
        }
        for (Event.Value value : values) {
            if (!Double.isFinite(value.value())
                    || !Series.NAME.matcher(value.quantity()).matches()) {
                return "its driver gave " + value + ", which is no reading";
            }
        }
        return "";
    }
}
