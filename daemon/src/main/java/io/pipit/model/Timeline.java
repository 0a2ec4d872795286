package io.pipit.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Turns a log's {@link Stamp}s into wall-clock time, from that log's {@link BootClock}s. Immutable.
 *
 * <p>The rule: the last synchronised clock from before the stamp; where there is none, the first
 * synchronised one of that boot, though it was learned later; where there is none either, the last
 * unsynchronised one from before the stamp, or the first.
 */
public final class Timeline {
    /** Knows nothing. */
    public static final Timeline EMPTY = new Timeline(List.of());

    private record Boot(
            NavigableMap<Long, BootClock> synchronised, NavigableMap<Long, BootClock> others) {}

    private final Map<Integer, Boot> boots = new HashMap<>();

    /** Of these clocks, in any order. */
    public Timeline(Collection<BootClock> clocks) {
        clocks.stream()
                .sorted(Comparator.comparingLong(BootClock::sequence))
                .forEach(clock -> {
                    Boot boot =
                            boots.computeIfAbsent(
                                    clock.at().boot(),
                                    number -> new Boot(new TreeMap<>(), new TreeMap<>()));
                    (clock.synchronised() ? boot.synchronised : boot.others)
                            .put(clock.at().monotonicMicros(), clock);
                });
    }

    /** Wall-clock time in microseconds since 1970, UTC; nothing where the boot has no clock. */
    public OptionalLong wallMicros(Stamp stamp) {
        BootClock clock = clockOf(stamp);
        return clock == null
                ? OptionalLong.empty()
                : OptionalLong.of(stamp.monotonicMicros() + clock.offsetMicros());
    }

    /** Whether the time that {@link #wallMicros} gives comes from a clock that was synchronised. */
    public boolean isSynchronised(Stamp stamp) {
        BootClock clock = clockOf(stamp);
        return clock != null && clock.synchronised();
    }

    private @org.jspecify.annotations.Nullable BootClock clockOf(Stamp stamp) {
        Boot boot = boots.get(stamp.boot());
        if (boot == null) {
            return null;
        }
        var clocks = boot.synchronised.isEmpty() ? boot.others : boot.synchronised;
        var before = clocks.floorEntry(stamp.monotonicMicros());
        return before != null ? before.getValue() : clocks.firstEntry().getValue();
    }
}
