package io.pipit.sampling;

import io.pipit.port.Event;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Makes of what a sensor measured what goes out, by its {@link Rule}s: calibrated, plausible,
 * averaged, and only what is news or wanted. Knows no thread and no clock. Not thread-safe.
 *
 * <p>A value out of its range goes nowhere, not into a mean either, and {@link #complaint} says so
 * until that quantity has one within. A mean is taken over the readings from one end of its time to
 * the next; these ends are a whole number of times after the first reading, and a reading within
 * half an interval of one closes it, so that a reading that is a little early or late changes
 * nothing. A mean has the time of its last reading and goes out with it; where readings stopped
 * before, it goes out with the next one, at its own time.
 *
 * <p>Of a quantity that goes out more rarely than it is read, the first reading is looked at, and
 * then the first one at each whole multiple of its time after that, or up to half an interval
 * before; what is out of its range is none.
 */
final class Sieve {
    /** Quantities that are looked after at once; of more the oldest are looked at afresh. */
    static final int QUANTITIES_MAX = 256;

    private static final MathContext SHOWN = new MathContext(6);

    /**
     * What goes out after a reading.
     *
     * @param late means of times that ended before, oldest first
     * @param values those at the time of the reading; may be none
     */
    record Sifted(List<Probe.Happening> late, List<Event.Value> values) {}

    /** What it did since it was asked last. */
    record Tally(long heldBack, long averaged, long outOfRange, long leftOut) {
        static final Tally NONE = new Tally(0, 0, 0, 0);

        boolean isEmpty() {
            return equals(NONE);
        }
    }

    private static final class Track {
        private final Rule rule;
        private final boolean plain;
        private String complaint = "";
        private boolean sent;
        private double sentValue;
        private long sentNanos;
        private boolean started;
        private long end;
        private boolean looked;
        private long dueNanos;
        private double sum;
        private long summed;
        private long lastNanos;
        private double value;
        private String unit = "";

        private Track(Rule rule) {
            this.rule = rule;
            this.plain = rule.equals(Rule.NONE);
        }
    }

    private final Rule.Set rules;
    private final long every;
    private final boolean plain;
    private final Map<String, Track> tracks =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Track> eldest) {
                    return size() > QUANTITIES_MAX;
                }
            };
    private long heldBack;
    private long averaged;
    private long outOfRange;
    private long leftOut;

    /**
     * @param every from reading to reading
     */
    Sieve(Rule.Set rules, Duration every) {
        this.rules = rules;
        this.plain = rules.equals(Rule.Set.NONE);
        this.every = every.toNanos();
    }

    /** Takes what was measured at one time. */
    Sifted take(long nanos, List<Event.Value> measured) {
        if (plain) {
            return new Sifted(List.of(), measured);
        }
        List<Probe.Happening> late = new ArrayList<>(0);
        List<Event.Value> out = new ArrayList<>(measured.size());
        for (Event.Value value : measured) {
            Track track = track(value.quantity());
            if (track.plain) {
                out.add(value);
            } else if (!isSound(track, value)) {
                outOfRange++;
            } else if (isDue(track, nanos)) {
                if (track.rule.averageOver().isPositive()) {
                    average(track, nanos, value.quantity(), late, out);
                } else {
                    send(track, nanos, value.quantity(), track.value, out);
                }
            } else {
                leftOut++;
            }
        }
        late.sort(Comparator.comparingLong(Probe.Happening::monotonicNanos));
        return new Sifted(late, out);
    }

    private Track track(String quantity) {
        Track track = tracks.get(quantity);
        if (track == null) {
            track = new Track(rules.of(quantity));
            tracks.put(quantity, track);
        }
        return track;
    }

    /** Calibrates it, and says whether that is possible. */
    private static boolean isSound(Track track, Event.Value measured) {
        Rule rule = track.rule;
        Rule.Calibration calibration = rule.calibration();
        String from = calibration.from();
        track.unit = calibration.to().isEmpty() ? measured.unit() : calibration.to();
        track.value = calibration.apply(measured.value());
        if (!from.isEmpty() && !from.equals(measured.unit())) {
            track.complaint =
                    "%s is measured in %s, and its unit is set as if it were in %s"
                            .formatted(measured.quantity(), measured.unit(), from);
            return false;
        }
        if (track.value >= rule.least() && track.value <= rule.most()) {
            track.complaint = "";
            return true;
        }
        if (!Double.isFinite(track.value)) {
            track.complaint = measured.quantity() + " comes to no number that there is";
        } else if (track.complaint.isEmpty()) {
            track.complaint =
                    "%s went out of its range, %s to %s %s, with %s"
                            .formatted(
                                    measured.quantity(),
                                    text(rule.least()),
                                    text(rule.most()),
                                    track.unit,
                                    text(track.value));
        }
        return false;
    }

    private boolean isDue(Track track, long nanos) {
        long rarely = track.rule.every().toNanos();
        if (rarely == 0) {
            return true;
        }
        if (!track.looked) {
            track.looked = true;
            track.dueNanos = nanos;
        }
        long over = nanos + every / 2 - track.dueNanos;
        if (over < 0) {
            return false;
        }
        track.dueNanos += (over / rarely + 1) * rarely;
        return true;
    }

    private static String text(double value) {
        return new BigDecimal(value).round(SHOWN).stripTrailingZeros().toPlainString();
    }

    private void average(
            Track track,
            long nanos,
            String quantity,
            List<Probe.Happening> late,
            List<Event.Value> out) {
        long window = track.rule.averageOver().toNanos();
        if (track.summed > 0 && nanos - track.end > every / 2) {
            List<Event.Value> before = new ArrayList<>(1);
            close(track, quantity, before);
            if (!before.isEmpty()) {
                late.add(new Probe.Happening(track.lastNanos, before));
            }
        }
        if (!track.started || nanos - track.end > every / 2) {
            track.started = true;
            track.end = nanos - every + window;
        }
        track.sum += track.value;
        track.summed++;
        track.lastNanos = nanos;
        averaged++;
        if (track.end - nanos < every / 2 + every % 2) {
            close(track, quantity, out);
            track.end += window;
        }
    }

    private void close(Track track, String quantity, List<Event.Value> out) {
        double mean = track.sum / track.summed;
        track.sum = 0;
        track.summed = 0;
        if (Double.isFinite(mean)) {
            send(track, track.lastNanos, quantity, mean, out);
        } else {
            outOfRange++;
        }
    }

    private void send(
            Track track, long nanos, String quantity, double value, List<Event.Value> out) {
        Rule rule = track.rule;
        if (rule.deadband() >= 0) {
            long step =
                    Math.max(Math.max(every, rule.every().toNanos()), rule.averageOver().toNanos());
            boolean silent = nanos - track.sentNanos >= rule.atLeastEvery().toNanos() - step / 2;
            if (track.sent && !silent && !(Math.abs(value - track.sentValue) > rule.deadband())) {
                heldBack++;
                return;
            }
            track.sent = true;
            track.sentValue = value;
            track.sentNanos = nanos;
        }
        out.add(new Event.Value(quantity, value, track.unit));
    }

    /** The sensor failed: its next readings are news, though they be the same. */
    void failed() {
        tracks.values().forEach(track -> track.sent = false);
    }

    /** What is wrong with its quantities as they were measured last; empty where nothing is. */
    String complaint() {
        if (plain) {
            return "";
        }
        StringJoiner all = new StringJoiner("; ");
        for (Track track : tracks.values()) {
            if (!track.complaint.isEmpty()) {
                all.add(track.complaint);
            }
        }
        return all.toString();
    }

    /** What it did since it was asked last. */
    Tally tally() {
        if (heldBack + averaged + outOfRange + leftOut == 0) {
            return Tally.NONE;
        }
        Tally tally = new Tally(heldBack, averaged, outOfRange, leftOut);
        heldBack = 0;
        averaged = 0;
        outOfRange = 0;
        leftOut = 0;
        return tally;
    }
}
