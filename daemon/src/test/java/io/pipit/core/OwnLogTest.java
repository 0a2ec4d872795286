package io.pipit.core;

import static io.pipit.core.SteppedCore.BOOT;
import static io.pipit.core.SteppedCore.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogSlice;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.monitor.Health;
import io.pipit.port.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is measured becomes entries of the log, and so does what the wall clock is. */
class OwnLogTest {
    private final SteppedCore node = new SteppedCore();

    @Test
    void givesEachReadingItsPlaceAndItsTime() {
        node.happens(new Event.Reserved(100_000));
        node.measures(20.5, 21);
        assertThat(node.own)
                .containsExactly(
                        new Reading(1_001, now(), new Series("air", "temperature"), 20.5, "Cel"),
                        new Reading(1_002, now(), new Series("air", "temperature"), 21, "Cel"));
    }

    @Test
    void asksForTheNextPlacesWhenHalfAreUsed() {
        assertThat(node.reserved).containsExactly(1_000 + Ingest.BLOCK);
        node.happens(new Event.Reserved(1_000 + Ingest.BLOCK));
        assertThat(node.reserved).hasSize(1);
        for (int i = 0; i < Ingest.BLOCK / 2 + 1; i++) {
            node.core.handle(node.measured("temperature", i));
        }
        assertThat(node.reserved).containsExactly(1_000 + Ingest.BLOCK, 1_000 + 2 * Ingest.BLOCK);
    }

    @Test
    void usesNoPlaceThatIsNotReserved() {
        node.happens(new Event.Reserved(1_002));
        node.measures(1, 2, 3);
        assertThat(node.own).extracting(LogEntry::sequence).containsExactly(1_001L, 1_002L);
        node.happens(new Event.Reserved(1_010));
        assertThat(node.own).extracting(LogEntry::sequence).containsExactly(1_001L, 1_002L, 1_003L);
    }

    @Test
    void samplesThatCameTogetherAreReadingsAtTheirOwnTimesAndOneSlice() {
        List<LogSlice> told = new ArrayList<>();
        node.happens(
                new Event.Reserved(100_000), new Event.FeedOpened(told::add, Filter.ALL, null));
        node.passes(SECOND);
        told.clear();
        node.happens(sampled(1, 2, 3));
        assertThat(micros()).containsExactly(1L, 2L, 3L);
        assertThat(node.own).extracting(LogEntry::sequence).containsExactly(1_001L, 1_002L, 1_003L);
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().entries()).hasSize(3);
    }

    @Test
    void samplesForWhichThereAreNotEnoughPlacesWaitAsOthersDo() {
        node.happens(new Event.Reserved(1_002));
        node.happens(sampled(1, 2, 3));
        assertThat(node.own).extracting(LogEntry::sequence).containsExactly(1_001L, 1_002L);
        node.happens(sampled(4, 5));
        node.happens(new Event.Reserved(1_010));
        assertThat(micros()).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    private List<Long> micros() {
        return node.own.stream().map(entry -> entry.at().monotonicMicros()).toList();
    }

    private static Event.Sampled sampled(long... micros) {
        return new Event.Sampled(
                "shaker",
                Arrays.stream(micros)
                        .mapToObj(at ->
                                new Event.Measured(
                                        "shaker",
                                        at,
                                        List.of(new Event.Value("acceleration-x", at, "m/s2"))))
                        .toList());
    }

    @Test
    void keepsTheTimeOfWhatWaitedForAPlace() {
        Stamp then = now();
        node.measures(20);
        node.nowNanos += 5 * SECOND;
        node.happens(new Event.Reserved(2_000));
        assertThat(node.own).extracting(LogEntry::at).containsExactly(then);
    }

    @Test
    void dropsAndCountsWhatIsMeasuredWhileTheStoreHangsForLong() {
        for (int i = 0; i < Ingest.WAITING_MAX + 2; i++) {
            node.measures(20);
        }
        node.happens(new Event.Reserved(100_000));
        assertThat(node.own).hasSize(Ingest.WAITING_MAX);
        assertThat(metric("pipit_measurements_dropped_total")).isEqualTo("2.0");
    }

    @Test
    void aBadValueDoesNotTakeTheOthersWithIt() {
        node.happens(
                new Event.Reserved(2_000),
                new Event.Measured(
                        "air",
                        5,
                        List.of(
                                new Event.Value("temperature", Double.NaN, "Cel"),
                                new Event.Value("Humidity", 1, "%RH"),
                                new Event.Value("light", 1, ""),
                                new Event.Value("pressure", 1, "Pa"))));
        assertThat(node.own).hasSize(1);
        assertThat(metric("pipit_readings_invalid_total")).isEqualTo("3.0");
    }

    @Test
    void aFullStoreIsCountedAndTheReadingGoesOutAllTheSame() {
        node.happens(new Event.Reserved(2_000));
        node.watches(io.pipit.model.Filter.ALL);
        node.storeFull = true;
        node.measures(20);
        assertThat(node.seen).hasSize(1);
        assertThat(metric("pipit_entries_unstored_total")).isEqualTo("1.0");
    }

    @Test
    void saysNothingOfAClockThatIsAsTheLogSays() {
        node.happens(new Event.Reserved(2_000));
        node.offsetMicros += WallClock.OFF_MAX_MICROS;
        node.passes(10 * SECOND);
        assertThat(node.own).isEmpty();
        assertThat(node.health.parts().get(Health.Part.CLOCK).status()).isEqualTo(Health.Status.OK);
    }

    @Test
    void aJumpOfTheClockIsAnEntryOfTheLog() {
        node.happens(new Event.Reserved(2_000));
        node.offsetMicros -= 3_600_000_000L;
        node.passes(SECOND);
        assertThat(node.own).containsExactly(new BootClock(1_001, now(), node.offsetMicros, true));
        node.passes(10 * SECOND);
        assertThat(node.own).hasSize(1);
    }

    @Test
    void aClockThatIsNotSynchronisedAnyMoreIsSaidToo() {
        node.happens(new Event.Reserved(2_000));
        node.synchronised = false;
        node.passes(SECOND);
        assertThat(node.own).containsExactly(new BootClock(1_001, now(), node.offsetMicros, false));
        assertThat(node.health.parts().get(Health.Part.CLOCK).status())
                .isEqualTo(Health.Status.DEGRADED);
    }

    @Test
    void aClockThatIsSetAsTheNodeLooksIsNotTakenForRightAsItWasBefore() {
        node.happens(new Event.Reserved(2_000));
        node.synchronised = false;
        node.passes(SECOND);
        long right = node.offsetMicros + 3_600_000_000L;
        node.meanwhile =
                () -> {
                    node.offsetMicros = right;
                    node.synchronised = true;
                };
        node.passes(SECOND);
        node.passes(SECOND);
        assertThat(node.noted)
                .filteredOn(BootClock::synchronised)
                .isNotEmpty()
                .allSatisfy(clock -> assertThat(clock.offsetMicros()).isEqualTo(right));
    }

    @Test
    void theFirstThingThatALogKnowsOfABootIsItsClock() {
        SteppedCore fresh = SteppedCore.newlyBooted();
        assertThat(fresh.noted).hasSize(1);
        fresh.core.handle(fresh.measured("temperature", 20));
        fresh.core.handle(new Event.ClockNoted(fresh.noted.getFirst()));
        fresh.core.handle(new Event.Reserved(2_000));
        assertThat(fresh.own.getFirst()).isInstanceOf(BootClock.class);
        assertThat(fresh.own).hasSize(2);
    }

    @Test
    void aClockIsWrittenDownBeforeAnybodyIsToldOfItAndReadingsDoNotWaitForThat() {
        node.happens(new Event.Reserved(2_000));
        node.commits = false;
        node.offsetMicros += SECOND;
        node.passes(SECOND);
        BootClock clock = new BootClock(0, now(), node.offsetMicros, true);
        node.measures(20);
        node.passes(5 * SECOND);
        assertThat(node.noted).containsExactly(clock);
        assertThat(node.own).hasSize(1).first().isInstanceOf(Reading.class);
        node.happens(new Event.ClockNoted(node.noted.getFirst()));
        assertThat(node.own).hasSize(2).last().isInstanceOf(BootClock.class);
    }

    @Test
    void theNextClockIsWrittenDownWhenTheOneBeforeIsInTheLogForGood() {
        node.happens(new Event.Reserved(2_000));
        node.commits = false;
        node.offsetMicros += SECOND;
        node.passes(SECOND);
        node.happens(new Event.ClockNoted(node.noted.getFirst()));
        node.offsetMicros += SECOND;
        node.passes(5 * SECOND);
        node.happens(new Event.Committed(1_000, Map.of()));
        node.passes(SECOND);
        assertThat(node.noted).hasSize(1);
        node.happens(new Event.Committed(1_001, Map.of()));
        node.passes(SECOND);
        assertThat(node.noted).hasSize(2);
    }

    @Test
    void aClockThatCouldNotBeStoredIsTriedAgain() {
        node.happens(new Event.Reserved(2_000));
        node.offsetMicros += SECOND;
        node.storeFull = true;
        node.passes(3 * SECOND);
        node.storeFull = false;
        node.passes(SECOND);
        assertThat(node.own).hasSize(1);
    }

    private Stamp now() {
        return new Stamp(BOOT, node.nowNanos / 1_000);
    }

    private String metric(String name) {
        return new String(node.metrics.openMetrics(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }
}
