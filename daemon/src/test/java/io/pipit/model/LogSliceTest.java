package io.pipit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogSliceTest {
    private static final LogId LOG = new LogId(1);

    private static LogEntry entry(long sequence) {
        return new Reading(sequence, new Stamp(1, 0), new Series("air", "t"), 1, "Cel");
    }

    @Test
    void keepsWhatItWasMadeOf() {
        var entries = new ArrayList<>(List.of(entry(5), entry(9)));
        var slice = new LogSlice(LOG, 1, 4, entries, 9);
        entries.clear();

        assertThat(slice.entries()).hasSize(2);
        assertThat(new LogSlice(LOG, 1, 4, List.of(), 4).entries()).isEmpty();
    }

    @Test
    void entriesAreInLogOrderAfterThePrevious() {
        assertThatThrownBy(() -> new LogSlice(LOG, 1, 5, List.of(entry(5)), 9))
                .hasMessageContaining("5 after 5");
        assertThatThrownBy(() -> new LogSlice(LOG, 1, 0, List.of(entry(7), entry(6)), 9))
                .hasMessageContaining("6 after 7");
        assertThatThrownBy(() -> new LogSlice(LOG, 1, 0, List.of(entry(7), entry(7)), 9))
                .hasMessageContaining("7 after 7");
    }

    @Test
    void isCompleteAtLeastToItsLastEntry() {
        assertThatThrownBy(() -> new LogSlice(LOG, 1, 0, List.of(entry(7)), 6))
                .hasMessageContaining("complete to 6");
        assertThatThrownBy(() -> new LogSlice(LOG, 1, 7, List.of(), 6))
                .hasMessageContaining("complete to 6");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 0x1234, Long.MAX_VALUE, Long.MIN_VALUE})
    void logIdsAreSixteenDigits(long bits) {
        LogId id = new LogId(bits);

        assertThat(id.toString()).matches("[0-9a-f]{16}").isEqualTo("%016x".formatted(bits));
        assertThat(LogId.parse(id.toString())).contains(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "00000000000000001", "000000000000000G", "00112233445566FF"})
    void whatIsNoLogIdIsNotRead(String text) {
        assertThat(LogId.parse(text)).isEmpty();
    }

    @Test
    void logIdsAreOrderedWithoutSign() {
        assertThat(new LogId(-1)).isGreaterThan(new LogId(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "air", "air/", "/t", "a/b/c", "Air/t", "air/t ", "-/t", "é/t"})
    void whatIsNoSeriesIsNotRead(String text) {
        assertThat(Series.parse(text)).isEmpty();
    }

    @Test
    void seriesAreReadAsTheyAreWritten() {
        Series series = new Series("air-2", "cpu-temperature");

        assertThat(Series.parse(series.toString())).contains(series);
        assertThat(new Series("a", "z")).isLessThan(new Series("b", "a"));
        assertThat(new Series("a", "a")).isLessThan(new Series("a", "b"));
        assertThatThrownBy(() -> new Series("a b", "c")).hasMessageContaining("a b/c");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void readingsAreFinite(double value) {
        assertThatThrownBy(
                        () -> new Reading(1, new Stamp(1, 0), new Series("air", "t"), value, "Cel"))
                .hasMessageContaining("air/t");
    }

    @Test
    void readingsHaveAUnit() {
        assertThatThrownBy(() -> new Reading(1, new Stamp(1, 0), new Series("air", "t"), 1, ""))
                .hasMessageContaining("no unit");
    }
}
