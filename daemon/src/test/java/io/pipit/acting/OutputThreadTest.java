package io.pipit.acting;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.output.Output;
import io.pipit.host.ManualTime;
import io.pipit.port.Event;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Outlet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutputThreadTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<Event> events = new ArrayList<>();
    private final List<String> line = new ArrayList<>();
    private @Nullable String failure;
    private Runnable during = () -> {};
    private final ManualTime time = new ManualTime();
    private long sessions;
    private final OutputThread thread =
            new OutputThread("fan", events::add, time, () -> ++sessions);

    /** A line that says what was done to it. */
    private final class Line implements Output {
        @Override
        public void set(double value) throws SensorException {
            line.add("set " + value);
            during.run();
            fail();
        }

        @Override
        public void rest() throws SensorException {
            line.add("rest");
            fail();
        }

        @Override
        public void close() {
            line.add("close");
        }

        private void fail() throws SensorException {
            if (failure != null) {
                throw new SensorException(Category.IO, failure);
            }
        }
    }

    private OutletSpec fan(long generation) {
        return new OutletSpec(
                new Outlet(
                        new Actuator(null, "fan", "state", "/", 0, 1, true, 0),
                        generation,
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        List.of()),
                () -> {
                    line.add("open");
                    if (failure != null) {
                        throw new SensorException(Category.ABSENT, failure);
                    }
                    return new Line();
                });
    }

    private void steps() {
        while (thread.step()) {
            // Until there is nothing to do.
        }
    }

    private static Event acting(ActingEvent event) {
        return new Event.Acting(event);
    }

    private Event measured(double value) {
        return new Event.Measured(
                "fan",
                time.monotonicNanos() / 1_000,
                List.of(new Event.Value("state", value, "/")));
    }

    @Test
    void isOpenedInItsSafeStateWhichIsAReading() {
        thread.become(fan(1));
        steps();

        assertThat(line).containsExactly("open");
        assertThat(events)
                .containsExactly(measured(0), acting(new ActingEvent.Opened("fan", 1, 1)));
    }

    @Test
    void eachChangeIsAReadingAndEachWriteAnAnswer() {
        thread.become(fan(1));
        steps();
        events.clear();

        thread.set(1, 1, 1);
        steps();
        thread.set(1, 2, 1);
        steps();
        thread.set(1, 3, Double.NaN);
        steps();

        assertThat(line).containsExactly("open", "set 1.0", "set 1.0", "rest");
        assertThat(events)
                .containsExactly(
                        measured(1),
                        acting(new ActingEvent.Applied("fan", 1, 1, 1)),
                        acting(new ActingEvent.Applied("fan", 1, 2, 1)),
                        measured(0),
                        acting(new ActingEvent.Applied("fan", 1, 3, Double.NaN)));
    }

    @Test
    void ofWritesThatWaitTheLastOneIsDoneAlone() {
        thread.become(fan(1));
        steps();

        thread.set(1, 1, 1);
        thread.set(1, 2, 0);
        steps();

        assertThat(line).containsExactly("open", "set 0.0");
    }

    @Test
    void oneThatFailsIsMadeSafeAndOpenedAnewEverMoreRarely() {
        thread.become(fan(1));
        steps();
        events.clear();
        failure = "the line is gone";
        thread.set(1, 1, 1);
        steps();

        assertThat(line).containsExactly("open", "set 1.0", "close");
        assertThat(events)
                .containsExactly(
                        acting(
                                new ActingEvent.Failed(
                                        "fan", 1, "the line is gone; it is opened anew")));

        line.clear();
        for (long wait : new long[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            time.advanceNanos(wait * SECOND - 1);
            steps();
            assertThat(line).as("before %d s", wait).isEmpty();
            time.advanceNanos(1);
            steps();
            assertThat(line).as("after %d s", wait).containsExactly("open");
            line.clear();
        }
        failure = null;
        time.advanceNanos(60 * SECOND);
        events.clear();
        steps();

        assertThat(events)
                .as("what it is now is news again")
                .containsExactly(measured(0), acting(new ActingEvent.Opened("fan", 1, 2)));
    }

    @Test
    void aWriteForATimeBeforeItWasOpenedAnewIsNotDone() {
        thread.become(fan(1));
        steps();
        failure = "the line is gone";
        thread.set(1, 1, 1);
        steps();
        thread.set(1, 2, 1);
        failure = null;
        time.advanceNanos(SECOND);
        steps();
        line.clear();

        thread.set(1, 3, 1);
        steps();

        assertThat(line).isEmpty();
    }

    @Test
    void oneThatHangsHasFailedAndIsMadeSafeWhenItComesBack() {
        thread.become(fan(1));
        steps();
        events.clear();
        during =
                () -> {
                    time.advanceNanos(2 * SECOND);
                    thread.watch();
                    assertThat(events).isEmpty();
                    time.advanceNanos(1);
                    thread.watch();
                    thread.watch();
                };
        thread.set(1, 1, 1);
        steps();

        assertThat(events)
                .containsExactly(
                        acting(
                                new ActingEvent.Failed(
                                        "fan",
                                        1,
                                        "no answer for more than 2 s; it is opened anew")));
        assertThat(line).containsExactly("open", "set 1.0", "close");
    }

    @Test
    void anotherConfigurationClosesItBeforeItIsOpenedByThat() {
        thread.become(fan(1));
        steps();
        thread.set(1, 1, 1);
        steps();
        thread.become(fan(1));
        steps();
        assertThat(line).as("the same again").containsExactly("open", "set 1.0");

        thread.become(fan(2));
        steps();

        assertThat(line).containsExactly("open", "set 1.0", "close", "open");
        assertThat(events.getLast()).isEqualTo(acting(new ActingEvent.Opened("fan", 2, 2)));
    }

    @Test
    void givingItUpMakesItSafeAndSaysSo() {
        thread.become(fan(1));
        steps();
        thread.set(1, 1, 1);
        steps();
        events.clear();

        thread.become(null);
        steps();

        assertThat(line).containsExactly("open", "set 1.0", "close");
        assertThat(events).containsExactly(measured(0));
    }
}
