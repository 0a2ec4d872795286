package io.pipit.cli.show;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointInTimeTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final ZoneId HERE = ZoneId.of("Europe/Vienna");

    @ParameterizedTest
    @CsvSource({
        "2026-11-01T10:00:00Z, 2026-11-01T10:00:00Z",
        "2026-11-01t10:00:00.25+01:00, 2026-11-01T09:00:00.25Z",
        "2026-11-01T10:00, 2026-11-01T09:00:00Z",
        "2026-11-01 10:00:05, 2026-11-01T09:00:05Z",
        "2026-11-01, 2026-10-31T23:00:00Z",
        "1793534400, 2026-11-01T12:00:00Z",
        "1793534400.000001, 2026-11-01T12:00:00.000001Z",
        "today, 2026-10-31T23:00:00Z",
        "yesterday, 2026-10-30T23:00:00Z",
        "90s, 2026-11-01T11:58:30Z",
        "1h, 2026-11-01T11:00:00Z",
        "7d, 2026-10-25T12:00:00Z"
    })
    void understandsWhatPeopleType(String text, Instant meant) {
        assertThat(PointInTime.micros(text, NOW, HERE))
                .isEqualTo(meant.getEpochSecond() * 1_000_000 + meant.getNano() / 1_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1h", "2026-13-01", "99999999999999999999d"})
    void saysWhatATimeLooksLike(String text) {
        assertThatThrownBy(() -> PointInTime.micros(text, NOW, HERE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "' is no time: write 2026-11-01");
    }

    @Test
    void theBeginningOfTimeIsATimeToo() {
        assertThat(PointInTime.micros("0", NOW, HERE)).isZero();
    }
}
