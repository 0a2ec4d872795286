package io.pipit.core;

import static io.pipit.core.SteppedCore.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.LogSlice;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.port.Conditions;
import io.pipit.port.Event;
import io.pipit.port.LogSubscriber;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One series under conditions, as draft-ietf-core-conditional-attributes has them. */
class SeriesObserversTest {
    private static final Series TEMPERATURE = new Series("air", "temperature");

    private final SteppedCore node = new SteppedCore();
    private final List<LogSlice> slices = new ArrayList<>();
    private final LogSubscriber observer = slices::add;

    @BeforeEach
    void hasItsPlaces() {
        node.happens(new Event.Reserved(100_000));
    }

    @Test
    void withoutConditionsEachReadingIsTold() {
        observes(Conditions.NONE);
        each(20, 20, 21);
        node.happens(node.measured("light", 7));
        assertThat(values()).containsExactly(20.0, 20.0, 21.0);
    }

    @Test
    void aLimitIsToldWhenItIsCrossedEitherWay() {
        observes(new Conditions(0, 0, 30.0, null, null));
        each(20, 29, 30, 31, 35, 29, 28, 32);
        assertThat(values()).containsExactly(20.0, 31.0, 29.0, 32.0);
    }

    @Test
    void theLowerLimitLikewise() {
        observes(new Conditions(0, 0, null, 5.0, null));
        each(6, 5, 4, 3, 5);
        assertThat(values()).containsExactly(6.0, 4.0, 5.0);
    }

    @Test
    void aStepIsMeasuredFromTheValueLastSent() {
        observes(new Conditions(0, 0, null, null, 1.0));
        each(20, 20.5, 20.9, 21, 20.5, 20);
        assertThat(values()).containsExactly(20.0, 21.0, 20.0);
    }

    @Test
    void whatTheObserverKnowsAlreadyIsWhatItStartsFrom() {
        each(31);
        observes(new Conditions(0, 0, 30.0, null, null));
        each(32, 33, 29);
        assertThat(values()).containsExactly(29.0);
    }

    @Test
    void twoAreNoCloserThanPmin() {
        observes(new Conditions(2 * SECOND, 0, null, null, null));
        each(20, 21, 22);
        assertThat(values()).isEmpty();
        node.passes(2 * SECOND);
        assertThat(values()).containsExactly(22.0);
        node.passes(10 * SECOND);
        assertThat(values()).hasSize(1);
        each(23);
        assertThat(values()).containsExactly(22.0, 23.0);
    }

    @Test
    void whatWasPutOffIsToldAsItIsByThen() {
        each(20);
        observes(new Conditions(2 * SECOND, 0, 30.0, null, null));
        each(31, 25);
        node.passes(2 * SECOND);
        assertThat(values()).containsExactly(25.0);
    }

    @Test
    void theNewestIsToldAgainAfterPmax() {
        each(20);
        observes(new Conditions(0, 10 * SECOND, 30.0, null, null));
        node.passes(10 * SECOND);
        each(21);
        node.passes(10 * SECOND);
        assertThat(values()).containsExactly(20.0, 21.0);
    }

    @Test
    void whoLeavesIsToldNothingMore() {
        observes(Conditions.NONE);
        node.happens(new Event.SeriesReleased(observer));
        each(20);
        assertThat(values()).isEmpty();
    }

    private void observes(Conditions conditions) {
        node.happens(new Event.SeriesObserved(observer, TEMPERATURE, conditions));
    }

    private void each(double... values) {
        for (double value : values) {
            node.measures(value);
        }
    }

    private List<Double> values() {
        return slices.stream()
                .map(slice -> ((Reading) slice.entries().getFirst()).value())
                .toList();
    }
}
