package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Filter;
import io.pipit.model.Series;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopeTest {
    private static final String ID = FakeNode.SHED.toString().toLowerCase(Locale.ROOT);
    private static final List<Series> ALL =
            List.of(
                    new Series("air", "temperature"),
                    new Series("air", "humidity"),
                    new Series("host", "load"));

    @ParameterizedTest
    @CsvSource({
        "**, air/temperature air/humidity host/load",
        "shed/**, air/temperature air/humidity host/load",
        "*/air/*, air/temperature air/humidity",
        "**/temperature, air/temperature",
        "shed/air/humidity, air/humidity",
        "**/air/**, air/temperature air/humidity",
        "greenhouse/**, ''",
        "air/*, ''",
    })
    void narrowsPatternsToOneNode(String pattern, String expected) {
        Scope scope = new Scope(List.of(pattern), "greenhouse");
        List<String> wanted =
                Arrays.stream(expected.split(" ")).filter(name -> !name.isEmpty()).toList();

        assertThat(ALL.stream().filter(one -> scope.matches(FakeNode.SHED, "shed", one)))
                .extracting(Series::toString)
                .containsExactlyElementsOf(wanted);
        Filter narrow = scope.of(FakeNode.SHED, "shed").orElse(null);
        assertThat(ALL.stream().filter(one -> narrow != null && narrow.matches(ID, one)))
                .extracting(Series::toString)
                .containsExactlyElementsOf(wanted);
        // Of no other node.
        assertThat(ALL).noneMatch(one -> narrow != null && narrow.matches("other", one));
    }

    @Test
    void aPatternWithoutANodeIsOfThisOne() {
        Scope scope = new Scope(List.of("air/*"), "greenhouse");

        assertThat(scope.matches(FakeNode.SELF, "greenhouse", ALL.getFirst())).isTrue();
        assertThat(scope.matches(FakeNode.SHED, "shed", ALL.getFirst())).isFalse();
    }

    @Test
    void anActuatorWithoutANodeIsOfThisOne() {
        Scope scope = Scope.ofActuators(List.of("fan", "shed/*"), "greenhouse");

        assertThat(scope.matches("greenhouse", "fan")).isTrue();
        assertThat(scope.matches("greenhouse", "heater")).isFalse();
        assertThat(scope.matches("shed", "valve")).isTrue();
        assertThat(scope.matches("barn", "fan")).isFalse();
    }

    @Test
    void takesTheLongestPatternThatThereMayBe() {
        String longest = "**/**/**/**/**/**/**/temperature";
        Scope scope = new Scope(List.of(longest), "greenhouse");

        assertThat(scope.of(FakeNode.SHED, "shed")).isPresent();
        assertThat(scope.matches(FakeNode.SHED, "shed", ALL.getFirst())).isTrue();
        assertThat(scope.matches(FakeNode.SHED, "shed", ALL.getLast())).isFalse();
    }
}
