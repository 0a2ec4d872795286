package io.pipit.core.rules;

import static io.pipit.core.rules.RuleStage.LOG;
import static io.pipit.core.rules.RuleStage.SECOND;
import static io.pipit.core.rules.RuleStage.SELF;
import static io.pipit.core.rules.RuleStage.SHED;
import static io.pipit.core.rules.RuleStage.fan;
import static io.pipit.core.rules.RuleStage.rule;
import static io.pipit.port.rules.Truth.FALSE;
import static io.pipit.port.rules.Truth.TRUE;
import static io.pipit.port.rules.Truth.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.LogEntry;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.port.acting.Actuators.Outcome;
import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.port.rules.RuleStatus;
import io.pipit.port.rules.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules as they run; a value in them is stale after 60 seconds. */
class RulesTest {
    @Test
    void actsAsTheReadingArrives() {
        RuleStage stage = RuleStage.of("shed/air/temperature > 30");
        stage.nanos += 1;

        // Nothing but this call: no tick.
        stage.rules.arrived(
                SHED,
                LOG,
                List.of(
                        new Reading(
                                1, new Stamp(1, 5), new Series("air", "temperature"), 31, "Cel")),
                true);

        assertThat(stage.actuators.writes)
                .containsExactly(
                        new Write(
                                "shed",
                                "fan",
                                1,
                                Duration.ofMinutes(10),
                                new Writer(Writer.Kind.RULE, "rule-1")));
    }

    @ParameterizedTest
    @CsvSource({
        "'> 30', 30.1, true", "'> 30', 30, false",
        "'>= 30', 30, true", "'>= 30', 29.9, false",
        "'< 30', 29.9, true", "'< 30', 30, false",
        "'<= 30', 30, true", "'<= 30', 30.1, false",
        "'== 30', 30, true", "'= 30', 30.1, false",
        "'!= 30', 30.1, true", "'!= 30', 30, false",
        "'== true', 1, true", "'== false', 1, false",
        "'> 303.15 K', 30.1, true", "'> 303.15 K', 29.9, false",
        "'> -1e1', -9, true",
    })
    void compares(String bound, double value, boolean so) {
        assertThat(RuleStage.of("air/temperature " + bound).own("temperature", value).truth())
                .isEqualTo(Truth.of(so));
    }

    @Test
    void whatCannotBeConvertedIsUnknown() {
        RuleStage stage = RuleStage.of("air/temperature > 3 hPa").own("temperature", 5);

        assertThat(stage.truth()).isEqualTo(UNKNOWN);
        assertThat(stage.why())
                .contains("air/temperature is in Cel, which can't be converted to hPa");
    }

    @ParameterizedTest
    @CsvSource({
        "'air/a > 1 and air/b > 1 or air/c > 1', 0, 0, 2, true",
        "'air/a > 1 and (air/b > 1 or air/c > 1)', 0, 0, 2, false",
        "'air/a > 1 or air/b > 1 and air/c > 1', 2, 0, 0, true",
        "'not air/a > 1 and air/b > 1', 0, 2, 0, true",
        "'not (air/a > 1 or air/b > 1)', 0, 2, 0, false",
        "'not not air/a > 1', 2, 0, 0, true",
    })
    void andBindsTighterThanOr(String when, double a, double b, double c, boolean so) {
        assertThat(RuleStage.of(when).own("a", a).own("b", b).own("c", c).truth())
                .isEqualTo(Truth.of(so));
    }

    @Test
    void nothingIsKnownBeforeTheFirstReadingUnlessTheRestDecides() {
        RuleStage stage = RuleStage.of("air/a > 1 or shed/air/b > 1");

        assertThat(stage.truth()).isEqualTo(UNKNOWN);
        assertThat(stage.own("a", 0).truth()).isEqualTo(UNKNOWN);
        assertThat(stage.why())
                .isEqualTo("no reading of shed/air/b yet: does a [[subscribe]] bring it?");
        assertThat(stage.own("a", 2).truth()).isEqualTo(TRUE);
        assertThat(stage.why()).isEmpty();
    }

    @Test
    void aValueIsNoneAnyMoreOnceItIsStale() {
        RuleStage stage = RuleStage.of("shed/air/temperature > 30").shed("temperature", 31);

        assertThat(stage.after(59.9).truth()).isEqualTo(TRUE);
        assertThat(stage.after(0.1).truth()).isEqualTo(UNKNOWN);
        assertThat(stage.why()).isEqualTo("no reading of shed/air/temperature for 1m");
        assertThat(stage.shed("temperature", 31).truth()).isEqualTo(TRUE);
        assertThat(stage.changes)
                .containsExactly("rule-1 unknown", "rule-1 true", "rule-1 unknown", "rule-1 true");
    }

    @Test
    void thoseOfAPeerThatIsGoneAreNoneWithinASecond() {
        RuleStage stage = RuleStage.of("shed/air/temperature > 30").shed("temperature", 31);

        stage.unheard.add(SHED);

        assertThat(stage.after(1).truth()).isEqualTo(UNKNOWN);
        assertThat(stage.why()).isEqualTo("shed isn't heard");
        stage.unheard.clear();
        assertThat(stage.after(1).truth()).isEqualTo(TRUE);
    }

    @Test
    void whatWasHeldUpOnTheWayIsAsOldAsItIs() {
        RuleStage stage = RuleStage.of("shed/air/temperature > 30").shed("temperature", 20);
        stage.after(100);

        stage.arrived(SHED, "temperature", 31, "Cel", 55 * SECOND, true);
        assertThat(stage.truth()).isEqualTo(TRUE);
        assertThat(stage.after(4.9).truth()).isEqualTo(TRUE);
        // Clocks may run 200 millionths apart.
        assertThat(stage.after(0.2).truth()).isEqualTo(UNKNOWN);
        stage.arrived(SHED, "temperature", 31, "Cel", 61 * SECOND, true);
        assertThat(stage.truth()).isEqualTo(UNKNOWN);
        assertThat(stage.shed("temperature", 31).truth()).isEqualTo(TRUE);
    }

    @Test
    void lateReadingsAndThoseThatWereOvertakenCountForNothing() {
        RuleStage stage = RuleStage.of("air/temperature > 30").own("temperature", 20);

        stage.arrived(SELF, "temperature", 31, "Cel", 0, false);
        assertThat(stage.truth()).isEqualTo(FALSE);
        stage.rules.arrived(SELF, LOG, List.of(reading(1, 31)), true);
        assertThat(stage.truth()).isEqualTo(FALSE);
        assertThat(stage.writes()).isZero();
        assertThat(stage.count("pipit_rule_readings_late")).isEqualTo(2);
        // Nor do they make a value younger.
        stage.after(59);
        stage.arrived(SELF, "temperature", 31, "Cel", 0, false);
        assertThat(stage.after(1).truth()).isEqualTo(UNKNOWN);
    }

    private static LogEntry reading(long sequence, double value) {
        return new Reading(
                sequence, new Stamp(1, 0), new Series("air", "temperature"), value, "Cel");
    }

    @Test
    void othersReadingsOfTheSameNameCountForNothing() {
        RuleStage stage = RuleStage.of("air/temperature > 30");

        stage.shed("temperature", 31);
        stage.arrived(RuleStage.id('C'), "temperature", 31, "Cel", 0, true);

        assertThat(stage.truth()).isEqualTo(UNKNOWN);
    }

    @Test
    void hasToLastWithoutABreak() {
        RuleStage stage = RuleStage.of("air/temperature > 30 for 2m").own("temperature", 31);

        assertThat(stage.truth()).isEqualTo(FALSE);
        stage.after(50).own("temperature", 31).after(50).own("temperature", 32).after(19.9);
        assertThat(stage.truth()).isEqualTo(FALSE);
        assertThat(stage.after(0.1).truth()).isEqualTo(TRUE);
        assertThat(stage.writes()).isEqualTo(1);
        assertThat(stage.own("temperature", 29).truth()).isEqualTo(FALSE);
        assertThat(stage.own("temperature", 31).after(50).truth()).isEqualTo(FALSE);
    }

    @Test
    void lastingBeginsAnewAfterWhatNobodyKnew() {
        RuleStage stage = RuleStage.of("air/temperature > 30 for 2m").own("temperature", 31);

        assertThat(stage.after(60).truth()).isEqualTo(UNKNOWN);
        stage.own("temperature", 31).after(50).own("temperature", 31).after(50);
        assertThat(stage.own("temperature", 31).truth()).isEqualTo(FALSE);
        assertThat(stage.after(20).truth()).isEqualTo(TRUE);
    }

    @Test
    void lastingSeesWhatHappenedWhileTheLoopWasHeldUp() {
        RuleStage stage =
                RuleStage.of("air/temperature > 30 for 2m")
                        .own("temperature", 31)
                        .after(50)
                        .own("temperature", 31);

        // Stale at 110 s and heard again at 125 s: it didn't last.
        stage.stalled(75).own("temperature", 31);

        assertThat(stage.changes)
                .containsExactly(
                        "rule-1 unknown", "rule-1 false", "rule-1 unknown", "rule-1 false");
        assertThat(stage.writes()).isZero();
    }

    @Test
    void staysTrueUntilTheOtherBoundIsReached() {
        RuleStage stage = RuleStage.of("air/temperature > 30 until < 27");
        List<Truth> seen = new ArrayList<>();

        for (double value : new double[] {28, 30, 30.1, 28, 27, 26.9, 28, 31}) {
            seen.add(stage.own("temperature", value).truth());
        }

        assertThat(seen).containsExactly(FALSE, FALSE, TRUE, TRUE, TRUE, FALSE, FALSE, TRUE);
    }

    @Test
    void forgetsThatItHadBegunOnceNobodyKnows() {
        RuleStage stage = RuleStage.of("air/temperature > 30 until < 27").own("temperature", 31);

        assertThat(stage.after(60).truth()).isEqualTo(UNKNOWN);
        assertThat(stage.own("temperature", 28).truth()).isEqualTo(FALSE);
    }

    @Test
    void tellsHowFastAValueChanges() {
        RuleStage stage = RuleStage.of("rate of air/temperature over 1m > 2 per hour");
        stage.own("temperature", 20);

        stage.after(20).own("temperature", 20.5);
        assertThat(stage.truth()).isEqualTo(UNKNOWN);
        assertThat(stage.why()).isEqualTo("not enough readings of air/temperature within 1m");
        // 0.5 K in 40 s are 45 an hour.
        assertThat(stage.after(20).own("temperature", 20.5).truth()).isEqualTo(TRUE);
        for (int i = 0; i < 3; i++) {
            stage.after(20).own("temperature", 20.5);
        }
        assertThat(stage.truth()).isEqualTo(FALSE);
        // Down is no rise.
        assertThat(stage.after(20).own("temperature", 10).truth()).isEqualTo(FALSE);
    }

    @Test
    void keepsAFewReadingsForARateHoweverFastTheyCome() {
        RuleStage stage = RuleStage.of("rate of air/temperature over 1m > 59 per minute");
        for (int i = 0; i < 20_000; i++) {
            stage.stalled(0.01).own("temperature", i * 0.01);
        }

        // One a second.
        assertThat(stage.truth()).isEqualTo(TRUE);
    }

    @Test
    void aRateKnowsNothingOverARestartOfItsNode() {
        RuleStage stage = RuleStage.of("rate of air/temperature over 1m > 2 per hour");
        stage.own("temperature", 20).after(40).own("temperature", 30);
        assertThat(stage.truth()).isEqualTo(TRUE);

        stage.rules.arrived(
                SELF,
                LOG,
                List.of(
                        new Reading(
                                99, new Stamp(2, 1), new Series("air", "temperature"), 40, "Cel")),
                true);

        assertThat(stage.truth()).isEqualTo(UNKNOWN);
    }

    @Test
    void silenceIsSomethingThatIsKnown() {
        RuleStage stage = RuleStage.of("shed/air/temperature stale after 10m");

        assertThat(stage.after(300).truth()).isEqualTo(UNKNOWN);
        assertThat(stage.shed("temperature", 1).truth()).isEqualTo(FALSE);
        assertThat(stage.after(599).truth()).isEqualTo(FALSE);
        assertThat(stage.after(1).truth()).isEqualTo(TRUE);
        assertThat(stage.shed("temperature", 1).truth()).isEqualTo(FALSE);
    }

    @Test
    void silenceSinceTheStartIsSilenceToo() {
        assertThat(RuleStage.of("air/temperature stale").after(60).truth()).isEqualTo(TRUE);
    }

    @ParameterizedTest
    @CsvSource({
        "between 22:00 and 06:00, 22:00, true",
        "between 22:00 and 06:00, 21:59, false",
        "between 22:00 and 06:00, 05:59, true",
        "between 22:00 and 06:00, 06:00, false",
        "between 22:00 and 06:00, 00:00, true",
        "between 6:00 and 22:00, 06:00, true",
        "between 6:00 and 22:00, 22:00, false",
        "between 6:00 and 22:00, 03:00, false",
    })
    void knowsTheTimeOfDay(String when, String time, boolean so) {
        RuleStage stage = new RuleStage();
        stage.wallMicros = wall("2026-07-01T" + time + ":00Z");
        assertThat(stage.with(rule(when)).truth()).isEqualTo(Truth.of(so));
    }

    private static long wall(String time) {
        return java.time.Instant.parse(time).getEpochSecond() * 1_000_000;
    }

    @Test
    void goesByTheWallOfItsTimeZoneAlsoWhereTheHourIsSkipped() {
        // In Berlin 01:59:59 is followed by 03:00:00 on this day.
        RuleStage stage = new RuleStage();
        stage.wallMicros = wall("2026-03-29T00:59:30Z");
        var berlin =
                new io.pipit.config.rule.Rule(
                        java.util.Optional.empty(),
                        rule("between 02:30 and 04:00").when(),
                        fan(1),
                        java.util.Optional.empty(),
                        java.util.Optional.empty(),
                        java.util.Optional.empty(),
                        java.util.Optional.of(java.time.ZoneId.of("Europe/Berlin")));
        stage.with(berlin);

        assertThat(stage.truth()).isEqualTo(FALSE);
        assertThat(stage.after(30).truth()).isEqualTo(TRUE);
        assertThat(stage.after(3_600).truth()).isEqualTo(FALSE);
    }

    @Test
    void theTimeOfDayIsUnknownWhileNobodyToldIt() {
        RuleStage stage = new RuleStage();
        stage.synchronised = false;
        stage.wallMicros = wall("1970-01-01T23:00:00Z");
        stage.with(rule("between 22:00 and 06:00"));

        assertThat(stage.truth()).isEqualTo(UNKNOWN);
        assertThat(stage.why()).isEqualTo("the clock isn't synchronised");
        stage.synchronised = true;
        stage.wallMicros = wall("2026-07-01T12:00:00Z");
        assertThat(stage.after(1).truth()).isEqualTo(FALSE);
    }

    @Test
    void noticesWithinASecondThatTheClockWasSetEitherWay() {
        RuleStage stage = new RuleStage();
        stage.wallMicros = wall("2026-07-01T12:00:00Z");
        stage.with(rule("between 22:00 and 06:00"));

        stage.wallMicros = wall("2026-07-01T23:00:00Z");
        assertThat(stage.after(1).truth()).isEqualTo(TRUE);
        stage.wallMicros = wall("2025-07-01T21:59:59Z");
        assertThat(stage.after(0.5).after(0.5).truth()).isEqualTo(TRUE);
        stage.wallMicros = wall("2025-07-01T21:00:00Z");
        assertThat(stage.after(1).truth()).isEqualTo(FALSE);
    }

    @Test
    void aClockThatJumpsChangesNoDuration() {
        RuleStage stage = RuleStage.of("air/temperature > 30 for 50s").own("temperature", 31);

        stage.wallMicros += 86_400_000_000L;
        assertThat(stage.after(49).truth()).isEqualTo(FALSE);
        stage.wallMicros -= 2 * 86_400_000_000L;
        assertThat(stage.after(1).truth()).isEqualTo(TRUE);
    }

    @Test
    void renewsTheLeaseAtItsHalfWhileItHoldsAndThenNoMore() {
        RuleStage stage = RuleStage.of("between 0:00 and 23:59");
        stage.wallMicros = wall("2026-07-01T12:00:00Z");
        stage.after(1);
        stage.actuators.writes.clear();

        assertThat(stage.after(298).writes()).isZero();
        assertThat(stage.after(2).writes()).isEqualTo(1);
        assertThat(stage.after(300).writes()).isEqualTo(2);
        stage.wallMicros = wall("2026-07-01T23:59:00Z");
        assertThat(stage.after(30).writes()).isEqualTo(2);
        RuleStatus.Set set = stage.status().getFirst().sets().getFirst();
        assertThat(set.held()).isFalse();
        assertThat(set.actuator()).isEqualTo("shed/fan");
    }

    @Test
    void setsWhatIsForTheOtherStates() {
        RuleStage stage = new RuleStage().with(rule("air/temperature > 30", fan(0), fan(0.5)));

        stage.own("temperature", 31).after(1).own("temperature", 20).after(60);

        assertThat(stage.actuators.writes)
                .extracting(Write::value)
                .containsExactly(0.5, 1.0, 0.0, 0.5);
    }

    @Test
    void flappingWritesNothingAgainThatIsHeldAlready() {
        RuleStage stage = RuleStage.of("air/temperature > 30");
        for (int i = 0; i < 100; i++) {
            stage.stalled(0.001).own("temperature", i % 2 == 0 ? 31 : 29);
        }
        assertThat(stage.writes()).isEqualTo(1);
    }

    @Test
    void flappingBetweenTwoValuesWritesTenTimesASecondAtTheMost() {
        RuleStage stage = new RuleStage().with(rule("air/temperature > 30", fan(0), null));
        for (int i = 0; i < 1_000; i++) {
            stage.after(0.001).own("temperature", i % 2 == 0 ? 31 : 29);
        }
        assertThat(stage.writes()).isBetween(9, 11);
        assertThat(stage.after(1).actuators.writes.getLast().value()).isZero();
        assertThat(stage.count("pipit_rule_writes_held_back")).isPositive();
    }

    @Test
    void triesARefusedWriteAgainEverMoreRarelyWhileItHolds() {
        RuleStage stage = RuleStage.of("air/temperature > 30 until < 27");
        stage.actuators.answer = new Outcome.Refused("shed can't be reached");
        stage.own("temperature", 31);

        assertThat(stage.after(2).writes()).isBetween(3, 4);
        RuleStatus.Set set = stage.status().getFirst().sets().getFirst();
        assertThat(set.state()).isEqualTo(RuleStatus.State.REFUSED);
        assertThat(set.reason()).isEqualTo("shed can't be reached");
        for (int i = 0; i < 12; i++) {
            stage.own("temperature", 31).after(50);
        }
        int before = stage.writes();
        stage.own("temperature", 31).after(59);
        assertThat(stage.writes() - before).isBetween(1, 5);
        stage.actuators.answer = new Outcome.Done();
        stage.own("temperature", 31).after(31);
        assertThat(stage.status().getFirst().sets().getFirst().state())
                .isEqualTo(RuleStatus.State.SET);
        int set2 = stage.writes();
        stage.actuators.answer = new Outcome.Refused("no");
        stage.own("temperature", 20).after(300);
        assertThat(stage.writes()).isEqualTo(set2);
        assertThat(stage.count("pipit_rule_writes_refused")).isEqualTo(set2 - 1);
    }

    @Test
    void theHealthSaysWhatARuleCanNotSetForAsLongAsItWantsTo() {
        RuleStage stage = RuleStage.of("air/temperature > 30");
        stage.actuators.answer = new Outcome.Refused("it is being opened");
        stage.own("temperature", 31).after(1);
        assertThat(stage.trouble()).isEqualTo("rule rule-1 can't set shed/fan: it is being opened");

        stage.actuators.answer = new Outcome.Done();
        assertThat(stage.after(5).trouble()).isEmpty();

        stage.actuators.answer = new Outcome.Refused("it failed");
        stage.own("temperature", 20).after(1).own("temperature", 31).after(301);
        stage.own("temperature", 31).after(1);
        assertThat(stage.trouble()).contains("it failed");
        stage.own("temperature", 20).after(1);
        assertThat(stage.trouble()).as("nobody wants it any more").isEmpty();
    }

    @Test
    void theHealthSaysThatNoOutcomeComesAndForgetsARuleThatIsGone() {
        RuleStage stage = RuleStage.of("air/temperature > 30");
        stage.actuators.answer = null;
        stage.own("temperature", 31).after(20).own("temperature", 31).after(11);
        assertThat(stage.trouble()).contains("no answer for 30 s");

        stage.with();
        assertThat(stage.trouble()).isEmpty();
    }

    @Test
    void aWriteThatNobodyWantsAnyMoreIsNoTroubleWhenItFails() {
        RuleStage stage = RuleStage.of("air/temperature > 30");
        stage.actuators.answer = null;
        stage.own("temperature", 31).own("temperature", 20);

        List<String> said = new ArrayList<>();
        stage.health.onChange(() -> said.add(stage.trouble()));
        stage.after(31);

        assertThat(stage.count("pipit_rule_writes_unanswered")).isEqualTo(1);
        assertThat(said).isEmpty();
    }

    @Test
    void whoComesFirstIsNoTroubleOfTheRuleThatHasToWait() {
        RuleStage stage = RuleStage.of("air/temperature > 30");
        stage.actuators.answer = new Outcome.Refused("fan is held by local", true);
        stage.own("temperature", 31).after(1);

        assertThat(stage.trouble()).isEmpty();
        assertThat(stage.status().getFirst().sets().getFirst().reason())
                .isEqualTo("fan is held by local");
    }

    @Test
    void asksAgainAfterThirtySecondsWithoutAnOutcomeAndIgnoresALateOne() {
        RuleStage stage = RuleStage.of("air/temperature > 30");
        stage.actuators.answer = null;
        stage.own("temperature", 31);

        assertThat(stage.after(29.9).writes()).isEqualTo(1);
        assertThat(stage.own("temperature", 31).after(1).writes()).isEqualTo(2);
        assertThat(stage.count("pipit_rule_writes_unanswered")).isEqualTo(1);
        stage.actuators.waiting.getFirst().complete(new Outcome.Refused("late"));
        stage.settle();
        assertThat(stage.status().getFirst().sets().getFirst().state())
                .isEqualTo(RuleStatus.State.WAITING);
        stage.actuators.waiting.getLast().complete(new Outcome.Done());
        stage.settle();
        assertThat(stage.status().getFirst().sets().getFirst().state())
                .isEqualTo(RuleStatus.State.SET);
    }

    @Test
    void oneWriteIsUnderWayAtATimeAndTheNewestWishFollows() {
        RuleStage stage = new RuleStage().with(rule("air/temperature > 30", fan(0), null));
        stage.actuators.answer = null;

        stage.own("temperature", 31).after(1).own("temperature", 20).after(1);
        assertThat(stage.writes()).isEqualTo(1);
        stage.actuators.waiting.getFirst().complete(new Outcome.Done());
        stage.settle();

        assertThat(stage.actuators.writes).extracting(Write::value).containsExactly(1.0, 0.0);
    }

    @Test
    void anotherWishDoesNotWaitBecauseTheOneBeforeWasRefused() {
        RuleStage stage = new RuleStage().with(rule("air/temperature > 30", fan(0), null));
        stage.actuators.answer = null;
        stage.own("temperature", 31).after(1).own("temperature", 20);

        stage.actuators.waiting.getFirst().complete(new Outcome.Refused("no"));
        stage.settle();

        assertThat(stage.writes()).isEqualTo(2);
    }

    @Test
    void anActuatorThatThrowsIsARefusal() {
        RuleStage stage = RuleStage.of("air/temperature > 30");
        stage.actuators.answer = null;
        stage.own("temperature", 31);
        stage.actuators.waiting.getLast().completeExceptionally(new IllegalStateException("bug"));
        stage.settle();

        assertThat(stage.status().getFirst().sets().getFirst().reason()).contains("bug");
    }

    @Test
    void rulesThatDidNotChangeGoOnAsTheyWere() {
        var lasting = rule("air/temperature > 30 for 50s");
        var other = rule("air/temperature > 10");
        RuleStage stage = new RuleStage().with(lasting).own("temperature", 31).after(30);

        stage.with(other, lasting);

        assertThat(stage.status()).extracting(RuleStatus::name).containsExactly("rule-1", "rule-2");
        // What was measured before is known to a rule that is new.
        assertThat(stage.status().getFirst().truth()).isEqualTo(TRUE);
        stage.after(20);
        assertThat(stage.status().getLast().truth()).isEqualTo(TRUE);
        assertThat(stage.with(other).status()).hasSize(1);
        assertThat(stage.with().status()).isEmpty();
        int before = stage.writes();
        assertThat(stage.after(600).writes()).isEqualTo(before);
    }

    @Test
    void asksToWatchTheSeriesOfItsRulesAlone() {
        RuleStage stage =
                RuleStage.of("air/a > 1 and shed/air/b > 1 and rate of air/c over 1m > 1 per hour");

        assertThat(stage.rules.filter("greenhouse"))
                .hasToString("greenhouse/air/a,greenhouse/air/c,shed/air/b");
        assertThat(new RuleStage().rules.filter("greenhouse")).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40})
    void judgesAReadingWithoutRegardToHowManyCameBeforeIt(int times) {
        RuleStage stage = RuleStage.of("air/temperature > 30");
        for (int i = 0; i < times; i++) {
            stage.own("temperature", 20);
        }
        assertThat(stage.own("temperature", 31).truth()).isEqualTo(TRUE);
        assertThat(stage.count("pipit_rules_judged")).isEqualTo(times + 1);
        assertThat(stage.count("pipit_rules_fired")).isEqualTo(1);
    }
}
