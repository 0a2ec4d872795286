package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.rule.Action;
import io.pipit.config.rule.Condition;
import io.pipit.config.rule.Condition.Bound;
import io.pipit.config.rule.Condition.Comparison;
import io.pipit.config.rule.Condition.Operator;
import io.pipit.config.rule.Rule;
import io.pipit.config.rule.SeriesName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code [[rule]]} as it stands in a file. */
class RuleTest {
    private static final String SENSORS =
            """
            [node]
            name = "greenhouse"
            [[sensor]]
            name = "air"
            driver = "bme280"
            bus = "i2c-1"
            address = 0x76
            every = "20s"
            [sensor.quantity.pressure]
            unit = "hPa"
            deadband = 1
            """;

    @TempDir private Path folder;
    private LoaderFixture fixture;

    @BeforeEach
    void laysOutAFolder() throws IOException {
        fixture =
                new LoaderFixture(folder)
                        .dropIn(
                                "actuators.toml",
                                """
                                [[actuator]]
                                name = "fan"
                                driver = "gpio-output"
                                max-lease = "1h"

                                [[actuator]]
                                name = "a"
                                driver = "gpio-output"
                                """);
    }

    private Rule read(String keys) throws IOException {
        return fixture.accepted(SENSORS + "[[rule]]\n" + keys).rules().getFirst();
    }

    private static String rule(String when) {
        return "[[rule]]\nset = { fan = true, for = \"10m\" }\nwhen = " + when;
    }

    @Test
    void goesByWhatAnActuatorOfItsOwnIsSetToForAsLongAsThatHolds() throws IOException {
        Rule rule = read("when='fan/state == 1'\nset={a=true,for='1m'}");
        assertThat(rule.when().condition().toString()).contains("staleAfter=PT87600H");
    }

    /** What is wrong with the rule, without the place of the string. */
    private String problem(String when) throws IOException {
        String text = rule('"' + when + '"');
        String[] parts = fixture.problems(SENSORS + text).getFirst().split(":", 4);
        long line = (SENSORS + text).lines().count();
        assertThat(parts[1]).as("line").isEqualTo(Long.toString(line));
        int before = "when = \"".length();
        return Integer.parseInt(parts[2]) - 1 - before + ":" + parts[3].replace(" when: ", "");
    }

    @Test
    void readsTheRuleOfTheManual() throws IOException {
        Rule rule =
                read(
                        """
                        when = "shed/air/temperature > 30 for 2m"
                        set = { fan = true, "shed/fan" = 0.5, for = "10m" }
                        otherwise = { fan = false, for = "1m" }
                        stale-after = "3m"
                        time-zone = "Europe/Berlin"
                        """);

        assertThat(rule)
                .isEqualTo(
                        new Rule(
                                Optional.empty(),
                                new Rule.When(
                                        "shed/air/temperature > 30 for 2m",
                                        new Condition.Lasting(
                                                new Comparison(
                                                        new SeriesName(
                                                                Optional.of("shed"),
                                                                "air",
                                                                "temperature"),
                                                        Duration.ofMinutes(3),
                                                        Optional.empty(),
                                                        new Bound(
                                                                Operator.GREATER,
                                                                30,
                                                                Optional.empty()),
                                                        Optional.empty()),
                                                Duration.ofMinutes(2))),
                                new Action(
                                        List.of(
                                                assigned(null, "fan", 1),
                                                assigned("shed", "fan", 0.5)),
                                        Duration.ofMinutes(10)),
                                Optional.of(
                                        new Action(
                                                List.of(assigned(null, "fan", 0)),
                                                Duration.ofMinutes(1))),
                                Optional.empty(),
                                Optional.of(Duration.ofMinutes(3)),
                                Optional.of(ZoneId.of("Europe/Berlin"))));
        assertThat(rule.nameAt(2)).isEqualTo("rule-3");
    }

    private static Action.Assignment assigned(String node, String actuator, double value) {
        return new Action.Assignment(new Action.Target(Optional.ofNullable(node), actuator), value);
    }

    @Test
    void whatBeginsWithTheOwnNameIsItsOwn() throws IOException {
        Rule rule =
                read(
                        """
                        name = "cooling"
                        when = "greenhouse/air/temperature stale"
                        set = { "greenhouse/fan" = true, for = "10m" }
                        """);

        assertThat(rule.when().condition().about())
                .containsExactly(new SeriesName(Optional.empty(), "air", "temperature"));
        assertThat(rule.set().assignments().getFirst().target())
                .isEqualTo(new Action.Target(Optional.empty(), "fan"));
        assertThat(rule.nameAt(0)).isEqualTo("cooling");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "air/temperature|60s",
                "air/pressure|30m",
                "shed/air/temperature|5m",
            })
    void aValueIsStaleAfterThreeReadingsThatDidNotCome(String series, String after)
            throws IOException {
        Rule rule = read("when='" + series + " < 3'\nset={fan=true,for='1m'}");

        assertThat(((Comparison) rule.when().condition()).staleAfter())
                .isEqualTo(Duration.parse("PT" + after.toUpperCase(java.util.Locale.ROOT)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|0:here should be a series such as air/temperature or shed/air/temperature, not, between, rate of or a (, but there is the end",
                "air|0:here should be a series such as",
                "air/temperature|15:here should be stale or one of <, <=, >, >=, == and !=, but there is the end",
                "air/temperature stael|16:here should be stale or one of <, <=, >, >=, == and !=, but there is \"stael\": did you mean \"stale\"?",
                "air/temperature > 30 adn air/pressure < 3|21:here should be a unit, and, or, for, until or the end, but there is \"adn\": did you mean \"and\"?",
                "air/temperature > 30 celsius|21:\"celsius\" is not a unit that SenML has",
                "air/temperature > 30 hPa|21:it is measured in Cel, which can't be converted to hPa",
                "air/pressure > 30 Cel|18:it is measured in hPa, which can't be converted to Cel",
                "air/temperature > 30Cel|18:here should be a number, true or false; a unit stands behind a space, as in 30 Cel, but there is \"30Cel\"",
                "air/temperature > hot|18:here should be a number, true or false, but there is \"hot\"",
                "air/temperature > 9e99|18:9e99 is too much: a bound is at most 1.0E15",
                "air/temperature >> 30|16:here should be stale or one of",
                "air/temperatur > 30|0:the sensor air measures no \"temperatur\": did you mean \"temperature\"?",
                "ait/temperature > 30|0:this node has no sensor \"ait\": did you mean \"air\"?",
                "fna/state == 1|0:this node has no sensor \"fna\": did you mean \"fan\"?",
                "fan/stat == 1|0:the actuator fan sets no \"stat\": did you mean \"state\"?",
                "fan/state > 3 Pa|14:it is measured in /, which can't be converted to Pa",
                "a/b/c/d > 30|0:\"a/b/c/d\" is no series: write sensor/quantity",
                "Air/temperature > 30|0:\"Air/temperature\" is no series",
                "(air/temperature > 30|21:here should be and, or, for or a ), but there is the end",
                "air/temperature > 30)|20:here should be and, or, for or the end, but there is \")\"",
                "air/temperature > 30 for|24:here should be a duration such as 2m after for, but there is the end",
                "air/temperature > 30 for 2 m|25:\"2\" is not a duration",
                "air/temperature > 30 for 90d|25:for: must be between 1ms and 30d, but is 90d",
                "air/temperature > 30 until > 27|27:until goes the other way than what it ends, as in > 30 until < 27",
                "air/temperature == 30 until < 27|28:until goes the other way",
                "air/temperature > 30 until < 31|27:until must be on the other side",
                "air/temperature >= 30 until <= 30|28:until must be on the other side",
                "air/temperature > 30 Cel until < 27 K|31:until must have the same unit",
                "rate air/temperature|5:here should be of, as in rate of air/temperature, but there is \"air/temperature\"",
                "rate of air/temperature > 2|24:here should be over and a duration, as in over 10m, but there is \">\"",
                "rate of air/temperature over 10m > 2|36:here should be per second, per minute, per hour or per day, but there is the end",
                "rate of air/temperature over 10m > 2 per houer|41:here should be second, minute, hour or day, but there is \"houer\": did you mean \"hour\"?",
                "rate of air/temperature over 10m > 2 per hour until < 1 per day|46:until must be per the same time",
                "between 22:00 till 06:00|14:here should be and, as in between 22:00 and 06:00, but there is \"till\"",
                "between 22:00 and 24:00|18:here should be a time of day from 00:00 to 23:59, but there is \"24:00\"",
                "between 22:00 and 22:00|18:the two times are the same",
                "air/temperature stale after|27:here should be a duration such as 2m after after, but there is the end",
            })
    void saysWhatIsWrongWithAConditionAndWhere(String when, String problem) throws IOException {
        assertThat(problem(when == null ? "" : when)).startsWith(problem);
    }

    @Test
    void findsThePlacePastEscapesQuotesAndLines() throws IOException {
        assertThat(fixture.problems(SENSORS + rule("\"\\u0061ir/temperature \\u003E  x\"")))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:14:38: when: here should be a number");
        assertThat(fixture.problems(SENSORS + rule("'air/temperature > x'")))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:14:27: when: ");
        assertThat(
                        fixture.problems(
                                SENSORS
                                        + rule(
                                                "\"\"\"\nair/temperature > 3 \\\n   and\n  x/y > 2\"\"\"")))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:17:3: when: this node has no sensor \"x\"");
        assertThat(fixture.problems(SENSORS + "[[rule]]\n\"set\" = {a=1,for='1m'}\n  'when'= 'x'"))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:14:12: when: ");
    }

    @Test
    void pointsAtTheKeyWhereAVariableIsInTheText() throws IOException {
        fixture.with(Map.of("LIMIT", "thirty"));

        assertThat(fixture.problems(SENSORS + rule("'air/temperature > ${LIMIT}'")))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:14:1: when: here should be a number");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "set=3|must be a table such as { fan = true, for = \"10m\" }, but is the number 3",
                "set={for='10m'}|must have 1 to 16 actuators and for how long",
                "set={fan=true}|needs for: how long it holds if nothing more is heard of this rule",
                "set={fan=true,for=3}|for: must be a duration",
                "set={fan=true,for='10 m'}|for: \"10 m\" is not a duration",
                "set={fan=true,for='10ms'}|for: must be between 1s and 1d, but is 10ms",
                "set={fan='on',for='10m'}|fan: must be true, false or a number",
                "set={fan=inf,for='10m'}|fan: must be true, false or a number",
                "set={Fan=true,for='10m'}|\"Fan\" is no actuator: write fan",
                "set={fna=true,for='10m'}|this node has no actuator \"fna\": did you mean \"fan\"?",
                "set={'a/b/c'=true,for='10m'}|\"a/b/c\" is no actuator",
                "set={fan=true,for='61m'}|for: 61m is longer than the 1h of fan's max-lease: shorten",
                "set={fan=true,'greenhouse/fan'=false,for='10m'}|\"greenhouse/fan\" is there twice",
            })
    void saysWhatIsWrongWithWhatIsSet(String set, String problem) throws IOException {
        assertThat(fixture.problems(SENSORS + "[[rule]]\nwhen='air/temperature > 3'\n" + set))
                .singleElement()
                .asString()
                .contains(": set: " + problem);
    }

    @Test
    void reportsAllThatIsWrongWithARule() throws IOException {
        assertThat(
                        fixture.problems(
                                SENSORS
                                        + """
                                        [[rule]]
                                        name = "a"
                                        when = "air/temperature > 3"
                                        set = { fan = true, for = "1m" }
                                        [[rule]]
                                        name = "a"
                                        when = 3
                                        othrwise = { fan = true, for = "1m" }
                                        unknown = { fan = true, for = "1y" }
                                        time-zone = "Europe/Berln"
                                        """))
                .satisfiesExactly(
                        one -> assertThat(one).contains(":16:1: [[rule]] needs set: "),
                        two -> assertThat(two).contains(":17:1: the rule \"a\" is there already"),
                        three -> assertThat(three).contains(":18:1: when: must be a condition"),
                        four -> assertThat(four).contains("did you mean \"otherwise\"?"),
                        five -> assertThat(five).contains(":20:25: unknown: for: \"1y\" is not"),
                        six -> assertThat(six).contains("did you mean \"Europe/Berlin\"?"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"not ", "("})
    void refusesWhatIsTooDeep(String prefix) throws IOException {
        assertThat(problem(prefix.repeat(17) + "air/temperature > 3"))
                .startsWith(prefix.length() * 16 + ":parentheses and not may be 16 deep");
        String closing = prefix.equals("(") ? ")".repeat(16) : "";
        assertThat(
                        read(
                                "set={a=1,for='1m'}\nwhen='"
                                        + prefix.repeat(16)
                                        + "air/temperature > 3"
                                        + closing
                                        + "'"))
                .isNotNull();
    }

    @Test
    void refusesTooManyTermsAndTooLongATerm() throws IOException {
        String term = "air/temperature > 3";
        String joined = (term + " or ").repeat(32);
        assertThat(problem(joined + term)).startsWith(joined.length() + ":there may be 32 ");
        assertThat(problem(term + " ".repeat(2_000))).startsWith("2000:a condition may have 2000");
    }

    @Test
    void aSensorThatWasRefusedIsNotSaidToBeMissing() throws IOException {
        assertThat(
                        fixture.problems(
                                "[[sensor]]\nname='air'\ndriver='nonsense'\n"
                                        + rule("'air/temperature > 3'")))
                .singleElement()
                .asString()
                .contains("unknown driver");
    }
}
