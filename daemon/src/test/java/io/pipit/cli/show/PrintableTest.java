package io.pipit.cli.show;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void writesTimesExactly() {
        assertThat(Printable.exact(1_767_225_600_000_000L))
                .isEqualTo("2026-01-01T00:00:00.000000Z");
        assertThat(Printable.exact(1_767_225_600_123_456L))
                .isEqualTo("2026-01-01T00:00:00.123456Z");
        assertThat(Printable.exact(-1)).isEqualTo("1969-12-31T23:59:59.999999Z");
    }

    @Test
    void writesNumbersThatReadBackTheSame() {
        for (double value : new double[] {0.1, 21.5, -40, 1e-7, 1.0 / 3, 101_325, 1e18, 4e9}) {
            assertThat(Double.parseDouble(Printable.number(value))).isEqualTo(value);
        }
        assertThat(Printable.number(101_325)).isEqualTo("101325");
    }

    @Test
    void roundsForPeople() {
        assertThat(Printable.measured(21.512_345, "Cel")).isEqualTo("21.51 °C");
        assertThat(Printable.measured(100_653.27, "Pa")).isEqualTo("100653.3 Pa");
        assertThat(Printable.measured(0.5, "/")).isEqualTo("0.500");
        assertThat(Printable.measured(1e-9, "A")).isEqualTo("1.00e-09 A");
        assertThat(Printable.measured(85_387_640_832.0, "B")).isEqualTo("85.39 GB");
        assertThat(Printable.measured(512, "B")).isEqualTo("512 B");
    }

    @Test
    void saysHowLongAgo() {
        assertThat(Printable.age(-5)).isEqualTo("0.0 s");
        assertThat(Printable.age(1_250_000)).isEqualTo("1.3 s");
        assertThat(Printable.age(61_000_000)).isEqualTo("61 s");
        assertThat(Printable.age(7_000_000_000L)).isEqualTo("116 min");
        assertThat(Printable.age(90_000_000_000L)).isEqualTo("25 h");
    }

    @Test
    void letsNoControlCharactersThrough() {
        assertThat(Printable.text("a\033[2Jb")).isEqualTo("a?[2Jb");
    }

    @Test
    void cutsALineByWhatIsSeenOfIt() {
        assertThat(Printable.cut("\033[1mab\033[0mcd", 3)).isEqualTo("\033[1mab\033[0mc");
        assertThat(Printable.cut("21 \u00b0C", 80)).isEqualTo("21 \u00b0C");
    }

    @Test
    void quotesCsvWhereItMust() {
        assertThat(Printable.csv("%RH")).isEqualTo("%RH");
        assertThat(Printable.csv("a,\"b")).isEqualTo("\"a,\"\"b\"");
    }
}
