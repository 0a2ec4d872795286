package io.pipit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
    private static final Series TEMPERATURE = new Series("air", "temperature");

    @ParameterizedTest
    @CsvSource({
        "**, true",
        "*/*, true",
        "air/*, true",
        "*/temperature, true",
        "air/temperature, true",
        "air/**, true",
        "**/temperature, true",
        "**/air/**/temperature/**, true",
        "**/**, true",
        "**/*, true",
        "*, false",
        "air, false",
        "temperature, false",
        "*/*/*, false",
        "air/humidity, false",
        "water/*, false",
        "airy/temperature, false",
        "air/temperature/*, false",
        "shed/air/temperature, false",
    })
    void matchesSeries(String pattern, boolean matches) {
        assertThat(Filter.of(pattern).matches(TEMPERATURE)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "**, true",
        "*/*/*, true",
        "shed/**, true",
        "*/air/*, true",
        "**/temperature, true",
        "shed/air/temperature, true",
        "air/temperature, false",
        "*/*, false",
        "greenhouse/**, false",
    })
    void matchesSeriesOfANode(String pattern, boolean matches) {
        assertThat(Filter.of(pattern).matches("shed", TEMPERATURE)).isEqualTo(matches);
    }

    @Test
    void onePatternThatFitsIsEnough() {
        assertThat(Filter.of("water/*", "air/*").matches(TEMPERATURE)).isTrue();
        assertThat(Filter.of("water/*", "air/humidity").matches(TEMPERATURE)).isFalse();
    }

    @Test
    void isTheSameInWhateverOrder() {
        Filter filter = Filter.of("b/*", "a/*", "b/*");

        assertThat(filter).isEqualTo(Filter.of("a/*", "b/*")).hasToString("a/*,b/*");
        assertThat(Filter.parse(filter.toString())).contains(filter);
        assertThat(Filter.parse("**")).contains(Filter.ALL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a/",
                "/a",
                "a//b",
                "A/b",
                "***",
                "a*",
                "-a",
                "a b",
                "a/b/c/d/e/f/g/h/i",
                "abcdefghijklmnopqrstuvwxyz-0123456",
                "a/*,",
                "a/*,,b",
            })
    void whatIsNoFilterIsNotRead(String text) {
        assertThat(Filter.parse(text)).isEmpty();
        assertThatThrownBy(() -> Filter.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hasFromOneTo64Patterns() {
        List<String> many = Collections.nCopies(Filter.PATTERNS_MAX + 1, "a/*");

        assertThatThrownBy(() -> new Filter(List.of())).hasMessageContaining("1 to 64");
        assertThatThrownBy(() -> new Filter(many)).hasMessageContaining("not 65");
        assertThat(Filter.parse(String.join(",", many))).isEmpty();
        assertThat(new Filter(many.subList(1, many.size())).patterns()).containsExactly("a/*");
    }

    @Test
    void thatNothingFitsIsSeenInNoTime() {
        Filter worst = Filter.of("**/**/**/**/**/**/**/x");

        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> {
                    for (int i = 0; i < 20_000; i++) {
                        assertThat(worst.matches("shed", TEMPERATURE)).isFalse();
                    }
                });
    }

    @ParameterizedTest
    @CsvSource({
        "**, **, true",
        "*/*, **, true",
        "**/**/**, **, true",
        "air/*, **, false",
        "air/*, air/**, true",
        "air/**, air/*, true",
        "air/*, air/t, true",
        "air/t, air/*, false",
        "*/t, **/t, true",
        "air/*, **/air, false",
        "*, air/t, false",
        "*, '*', true",
        "air/t, shed/air/t, true",
        "**/air/**, air/t, true",
        "air/*, **/air/**, false",
    })
    void knowsWhetherItCoversAnother(String wide, String narrow, boolean covers) {
        assertThat(Filter.of(wide).covers(Filter.of(narrow))).isEqualTo(covers);
    }

    @Test
    void coversExactlyWhatLetsNothingElseThrough() {
        List<String> names = List.of("a", "b", "other");
        List<String> segments = List.of("a", "b", "*", "**");
        Random random = new Random(6);
        for (int round = 0; round < 20_000; round++) {
            Filter wide = random(random, segments);
            Filter narrow = random(random, segments);
            boolean expected = true;
            for (String sensor : names) {
                for (String quantity : names) {
                    Series series = new Series(sensor, quantity);
                    expected &= wide.matches(series) || !narrow.matches(series);
                }
            }
            assertThat(wide.covers(narrow)).as("%s and %s", wide, narrow).isEqualTo(expected);
        }
    }

    private static Filter random(Random random, List<String> segments) {
        var patterns = new ArrayList<String>();
        do {
            var pattern = new ArrayList<String>();
            do {
                pattern.add(segments.get(random.nextInt(segments.size())));
            } while (pattern.size() < 4 && random.nextInt(3) > 0);
            patterns.add(String.join("/", pattern));
        } while (random.nextBoolean());
        return new Filter(patterns.subList(0, Math.min(patterns.size(), Filter.PATTERNS_MAX)));
    }
}
