package io.pipit.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pipit.port.Event;
import io.pipit.sampling.Rule.Calibration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SieveTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final Duration NEVER = Duration.ofDays(1);

    private static Rule rule(Calibration calibration, double least, double most) {
        return new Rule(calibration, least, most, -1, Duration.ZERO, Duration.ZERO);
    }

    private static Rule onChange(double deadband, Duration atLeastEvery) {
        return new Rule(Calibration.NONE, -1e9, 1e9, deadband, Duration.ZERO, atLeastEvery);
    }

    private static Rule average(Duration over) {
        return new Rule(Calibration.NONE, -50, 50, -1, over, Duration.ZERO);
    }

    private static Sieve sieve(Rule temperature) {
        return new Sieve(new Rule.Set(Map.of("temperature", temperature), Rule.NONE), EVERY);
    }

    private static Event.Value celsius(double value) {
        return new Event.Value("temperature", value, "Cel");
    }

    private static Event.Value humidity(double value) {
        return new Event.Value("humidity", value, "%RH");
    }

    /** What goes out as "second: value". */
    private static List<String> out(Sieve sieve, double seconds, double value) {
        long nanos = (long) (seconds * SECOND);
        Sieve.Sifted sifted = sieve.take(nanos, List.of(celsius(value)));
        List<String> all = new ArrayList<>();
        sifted.late().forEach(one -> all.add(text(one.monotonicNanos(), one.values())));
        if (!sifted.values().isEmpty()) {
            all.add(text(nanos, sifted.values()));
        }
        return all;
    }

    private static String text(long nanos, List<Event.Value> values) {
        return nanos / (double) SECOND + ": " + values.getFirst().value();
    }

    @Test
    void withoutRulesAllGoesOutAsItIs() {
        Sieve sieve = new Sieve(Rule.Set.NONE, EVERY);
        List<Event.Value> values = List.of(celsius(1), humidity(2));
        assertThat(sieve.take(0, values).values()).isSameAs(values);
        assertThat(sieve.complaint()).isEmpty();
        assertThat(sieve.tally().isEmpty()).isTrue();
    }

    @Test
    void convertsBeforeItScalesAndScalesBeforeItAdds() {
        Sieve sieve = sieve(rule(new Calibration("Cel", "K", 1, 1, 273.15, 2, -0.5), 0, 1e9));
        List<Event.Value> values = sieve.take(0, List.of(celsius(21.5), humidity(40))).values();
        assertThat(values.getFirst().unit()).isEqualTo("K");
        assertThat(values.getFirst().value()).isCloseTo(588.8, within(1e-9));
        assertThat(values.getLast()).isEqualTo(humidity(40));
    }

    @Test
    void aHundredthIsExact() {
        Sieve sieve = sieve(rule(new Calibration("Pa", "hPa", 1, 100, 0, 1, 0), 0, 1e9));
        List<Event.Value> pascal = List.of(new Event.Value("temperature", 100_653, "Pa"));
        assertThat(sieve.take(0, pascal).values())
                .containsExactly(new Event.Value("temperature", 1006.53, "hPa"));
    }

    @Test
    void whatIsOutOfItsRangeIsAFaultAndTheOthersGoOn() {
        Sieve sieve = sieve(rule(new Calibration("", "", 1, 1, 0, 1, -0.5), -20, 60));
        assertThat(sieve.take(0, List.of(celsius(60.5), humidity(40))).values()).hasSize(2);
        assertThat(sieve.complaint()).isEmpty();
        assertThat(sieve.take(1, List.of(celsius(85.25), humidity(41))).values())
                .containsExactly(humidity(41));
        assertThat(sieve.complaint())
                .isEqualTo("temperature went out of its range, -20 to 60 Cel, with 84.75");
        assertThat(sieve.take(2, List.of(celsius(-30))).values()).isEmpty();
        assertThat(sieve.complaint()).as("one and the same while it lasts").contains("84.75");
        assertThat(sieve.take(3, List.of(humidity(42))).values()).hasSize(1);
        assertThat(sieve.complaint()).as("the others say nothing of it").isNotEmpty();
        assertThat(sieve.tally()).isEqualTo(new Sieve.Tally(0, 0, 2, 0));
        assertThat(sieve.tally().isEmpty()).isTrue();
        assertThat(sieve.take(4, List.of(celsius(-19.5))).values()).hasSize(1);
        assertThat(sieve.complaint()).isEmpty();
    }

    @Test
    void whatBecomesInfiniteIsOutOfAnyRange() {
        Rule huge =
                rule(
                        new Calibration("", "", 1, 1, 0, 1e300, 0),
                        Rule.NONE.least(),
                        Rule.NONE.most());
        Sieve sieve = sieve(huge);
        assertThat(out(sieve, 0, 1e300)).isEmpty();
        assertThat(sieve.complaint()).isEqualTo("temperature comes to no number that there is");
    }

    @Test
    void anotherUnitThanExpectedIsAFault() {
        Sieve sieve = sieve(rule(new Calibration("Pa", "hPa", 1, 100, 0, 1, 0), 0, 1e9));
        assertThat(out(sieve, 0, 20)).isEmpty();
        assertThat(sieve.complaint())
                .isEqualTo(
                        "temperature is measured in Cel, and its unit is set as if it were in Pa");
    }

    @Test
    void onlyWhatChangedGoesOut() {
        Sieve sieve = sieve(onChange(0, NEVER));
        assertThat(out(sieve, 0, 20)).containsExactly("0.0: 20.0");
        assertThat(out(sieve, 10, 20)).isEmpty();
        assertThat(out(sieve, 20, 20.001)).containsExactly("20.0: 20.001");
        assertThat(out(sieve, 30, 20)).containsExactly("30.0: 20.0");
        assertThat(sieve.tally()).isEqualTo(new Sieve.Tally(1, 0, 0, 0));
    }

    @Test
    void aDeadbandIsMeasuredFromWhatWentOutLastSoThatItCannotCreepAway() {
        Sieve sieve = sieve(onChange(0.5, NEVER));
        List<String> all = new ArrayList<>();
        for (int i = 0; i <= 10; i++) {
            all.addAll(out(sieve, 10 * i, 20 + i * 0.25));
        }
        assertThat(all).containsExactly("0.0: 20.0", "30.0: 20.75", "60.0: 21.5", "90.0: 22.25");
        assertThat(sieve.tally().heldBack()).isEqualTo(7);
    }

    @Test
    void somethingGoesOutAtLeastSoOftenThoughReadingsAreALittleEarlyOrLate() {
        Sieve sieve = sieve(onChange(0, Duration.ofMinutes(1)));
        List<String> all = new ArrayList<>();
        for (int i = 0; i <= 12; i++) {
            all.addAll(out(sieve, 10 * i + (i % 2 == 0 ? 0 : 0.25) - (i == 6 ? 0.5 : 0), 20));
        }
        assertThat(all).containsExactly("0.0: 20.0", "59.5: 20.0", "120.0: 20.0");
    }

    @Test
    void afterAFailureTheNextReadingIsNews() {
        Sieve sieve = sieve(onChange(1, NEVER));
        out(sieve, 0, 20);
        assertThat(out(sieve, 10, 20)).isEmpty();
        sieve.failed();
        assertThat(out(sieve, 20, 20)).hasSize(1);
    }

    @Test
    void aMeanGoesOutWithTheLastReadingOfItsTime() {
        Sieve sieve = sieve(average(Duration.ofSeconds(30)));
        assertThat(out(sieve, 0, 1)).isEmpty();
        assertThat(out(sieve, 10.2, 2)).isEmpty();
        assertThat(out(sieve, 19.9, 6)).containsExactly("19.9: 3.0");
        assertThat(out(sieve, 30.1, 7)).isEmpty();
        assertThat(out(sieve, 40, 7)).isEmpty();
        assertThat(out(sieve, 50.3, 10)).containsExactly("50.3: 8.0");
        assertThat(sieve.tally()).isEqualTo(new Sieve.Tally(0, 6, 0, 0));
    }

    @Test
    void whatIsOutOfItsRangeGoesIntoNoMean() {
        Sieve sieve = sieve(average(Duration.ofSeconds(30)));
        out(sieve, 0, 1);
        out(sieve, 10, 85);
        assertThat(out(sieve, 20, 3)).containsExactly("20.0: 2.0");
    }

    @Test
    void aMeanWhoseReadingsStoppedGoesOutLateAtItsOwnTime() {
        Sieve sieve = sieve(average(Duration.ofSeconds(30)));
        out(sieve, 0, 1);
        out(sieve, 10, 3);
        sieve.failed();
        assertThat(out(sieve, 100, 9)).containsExactly("10.0: 2.0");
        assertThat(out(sieve, 110, 9)).isEmpty();
        assertThat(out(sieve, 120, 12)).containsExactly("120.0: 10.0");
    }

    @Test
    void meansAreComparedWhereBothAreSet() {
        Sieve sieve = sieve(new Rule(Calibration.NONE, -50, 50, 1, Duration.ofSeconds(20), NEVER));
        out(sieve, 0, 1);
        assertThat(out(sieve, 10, 3)).containsExactly("10.0: 2.0");
        out(sieve, 20, 4);
        assertThat(out(sieve, 30, 2)).as("3, and 2 was sent").isEmpty();
        out(sieve, 40, 5);
        assertThat(out(sieve, 50, 2)).containsExactly("50.0: 3.5");
        assertThat(sieve.tally()).isEqualTo(new Sieve.Tally(1, 6, 0, 0));
    }

    private static Sieve rarely(double deadband, long everySeconds, Duration atLeastEvery) {
        return sieve(
                new Rule(
                        Calibration.NONE,
                        -50,
                        50,
                        deadband,
                        Duration.ZERO,
                        atLeastEvery,
                        Duration.ofSeconds(everySeconds)));
    }

    @Test
    void oneOfManyGoesOutOnAGridOfItsOwnThoughReadingsAreALittleEarlyOrLate() {
        Sieve sieve = rarely(-1, 60, NEVER);
        List<String> all = new ArrayList<>();
        for (int i = 0; i <= 18; i++) {
            all.addAll(out(sieve, 10 * i + (i % 2 == 0 ? 0 : 0.25) - (i == 6 ? 0.5 : 0), i));
        }
        assertThat(all).containsExactly("0.0: 0.0", "59.5: 6.0", "120.0: 12.0", "180.0: 18.0");
        assertThat(sieve.tally()).isEqualTo(new Sieve.Tally(0, 0, 0, 15));
        assertThat(out(sieve, 500, 1)).as("late by more than one time").hasSize(1);
        assertThat(out(sieve, 530, 2)).isEmpty();
        assertThat(out(sieve, 540, 3)).as("the grid stays").hasSize(1);
    }

    @Test
    void whatIsOutOfItsRangeIsNotTheOneThatGoesOut() {
        Sieve sieve = rarely(-1, 60, NEVER);
        out(sieve, 0, 1);
        assertThat(out(sieve, 60, 85)).isEmpty();
        assertThat(out(sieve, 70, 2)).containsExactly("70.0: 2.0");
        assertThat(out(sieve, 80, 3)).isEmpty();
    }

    @Test
    void onlyThoseThatAreLookedAtAreCompared() {
        Sieve sieve = rarely(0, 60, Duration.ofMinutes(3));
        List<String> all = new ArrayList<>();
        for (int i = 0; i <= 36; i++) {
            all.addAll(out(sieve, 10 * i, i % 6 == 0 ? 20 : i));
        }
        assertThat(all).containsExactly("0.0: 20.0", "180.0: 20.0", "360.0: 20.0");
    }

    @Test
    void edgesKeepTheirTimesAndGoOutWhereTheyChangeSomething() {
        Sieve sieve = sieve(onChange(0, NEVER));
        assertThat(out(sieve, 0, 0)).hasSize(1);
        assertThat(out(sieve, 0.125, 1)).containsExactly("0.125: 1.0");
        assertThat(out(sieve, 0.25, 0)).containsExactly("0.25: 0.0");
        assertThat(out(sieve, 10, 0)).isEmpty();
    }
}
