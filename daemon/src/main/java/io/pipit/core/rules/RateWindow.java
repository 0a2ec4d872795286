package io.pipit.core.rules;

import io.pipit.config.rule.Condition;
import io.pipit.model.LogId;
import java.util.ArrayDeque;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * How fast a value changes: by how much the newest differs from the one that was taken as long
 * before as is looked back, by the clock of the node that took both. At first half of that time
 * will do. Node loop.
 */
final class RateWindow {
    /** Readings that are kept; where they come faster, not each of them. */
    static final int SAMPLES_MAX = 64;

    private static final double MICROS_PER_SECOND = 1e6;
    private static final long NANOS_PER_MICRO = 1_000;

    private record Sample(long micros, double value) {}

    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private final long overMicros;
    private final double perSeconds;
    private @Nullable Sample newest;
    private @Nullable LogId log;
    private int boot;

    RateWindow(Condition.Rate rate) {
        overMicros = rate.over().toNanos() / NANOS_PER_MICRO;
        perSeconds = rate.per().toSeconds();
    }

    void clear() {
        samples.clear();
        newest = null;
    }

    /** The newest reading of it, as a value of the bound's unit. */
    void add(Input input, double value) {
        if (!input.isOfBoot(log, boot)) {
            clear();
            log = input.log();
            boot = input.boot();
        }
        Sample sample = new Sample(input.stampMicros(), value);
        newest = sample;
        Sample last = samples.peekLast();
        if (last == null || sample.micros() - last.micros() >= overMicros / SAMPLES_MAX) {
            samples.add(sample);
        }
        // The first one is the last that is old enough, where there is one.
        while (samples.size() > 1 && isOldEnough(second(), sample)) {
            samples.remove();
        }
    }

    private Sample second() {
        var all = samples.iterator();
        all.next();
        return all.next();
    }

    private boolean isOldEnough(Sample sample, Sample now) {
        return now.micros() - sample.micros() >= overMicros;
    }

    /**
     * By how much it changes in the time that the bound counts by; empty where that isn't known.
     */
    OptionalDouble rate() {
        Sample from = samples.peekFirst();
        Sample to = newest;
        if (from == null || to == null) {
            return OptionalDouble.empty();
        }
        long micros = to.micros() - from.micros();
        return micros > 0 && micros >= overMicros / 2
                ? OptionalDouble.of(
                        (to.value() - from.value()) / (micros / MICROS_PER_SECOND) * perSeconds)
                : OptionalDouble.empty();
    }
}
