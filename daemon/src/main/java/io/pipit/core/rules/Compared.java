package io.pipit.core.rules;

import io.pipit.config.rule.Condition;
import io.pipit.config.text.Durations;
import io.pipit.core.timing.Timing;
import io.pipit.port.rules.Truth;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A value, or its rate, against a bound. With {@code until} it remembers whether it has begun; that
 * is forgotten with a value that is stale. Node loop.
 */
final class Compared implements Term {
    private final Input input;
    private final Condition.Comparison comparison;
    private final long staleNanos;
    private final @Nullable RateWindow window;
    private boolean begun;
    private long seen;

    Compared(Input input, Condition.Comparison comparison) {
        this.input = input;
        this.comparison = comparison;
        staleNanos = comparison.staleAfter().toNanos();
        window = comparison.rate().map(RateWindow::new).orElse(null);
    }

    @Override
    public Truth judge(Moment now) {
        if (!isFresh(now)) {
            begun = false;
            if (window != null) {
                window.clear();
            }
            return Truth.UNKNOWN;
        }
        OptionalDouble compared = compared();
        if (compared.isEmpty()) {
            begun = false;
            return Truth.UNKNOWN;
        }
        double value = compared.getAsDouble();
        boolean over = comparison.until().map(until -> until.holds(value)).orElse(true);
        begun = (begun && !over) || comparison.is().holds(value);
        return Truth.of(begun);
    }

    private OptionalDouble compared() {
        OptionalDouble value = comparison.is().converted(input.value(), input.unit());
        if (window == null || value.isEmpty()) {
            return value;
        }
        if (seen != input.count()) {
            seen = input.count();
            window.add(input, value.getAsDouble());
        }
        return window.rate();
    }

    private boolean isFresh(Moment now) {
        return input.isThere() && !input.isGone() && now.nanos() - input.takenNanos() < staleNanos;
    }

    @Override
    public long nextNanos(Moment now) {
        return isFresh(now) ? input.takenNanos() + staleNanos : Timing.NEVER;
    }

    @Override
    public void explain(Moment now, List<String> reasons) {
        if (!input.isThere()) {
            reasons.add(
                    "no reading of "
                            + input.name
                            + " yet"
                            + (input.name.node().isPresent()
                                    ? ": does a [[subscribe]] bring it?"
                                    : ""));
        } else if (input.isGone()) {
            reasons.add(input.name.node().orElse("its node") + " isn't heard");
        } else if (!isFresh(now)) {
            reasons.add(
                    "no reading of "
                            + input.name
                            + " for "
                            + Durations.format(comparison.staleAfter()));
        } else if (comparison.is().converted(0, input.unit()).isEmpty()) {
            reasons.add(
                    input.name
                            + " is in "
                            + input.unit()
                            + ", which can't be converted to "
                            + comparison.is().unit().orElse(""));
        } else if (window != null && window.rate().isEmpty()) {
            reasons.add(
                    "not enough readings of "
                            + input.name
                            + " within "
                            + Durations.format(
                                    comparison
                                            .rate()
                                            .map(Condition.Rate::over)
                                            .orElse(Duration.ZERO)));
        }
    }
}
