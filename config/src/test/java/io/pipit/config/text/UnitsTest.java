package io.pipit.config.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.config.text.Units.Conversion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
    private static double convert(double value, String from, String to) {
        Conversion how = Units.conversion(from, to).orElseThrow();
        return value * how.multiplier() / how.divisor() + how.shift();
    }

    /** Each by the table of RFC 8798 section 3, or of the registry. */
    @ParameterizedTest
    @CsvSource({
        "101325, Pa, 1013.25, hPa",
        "100653, Pa, 1006.53, hPa",
        "21.5, Cel, 294.65, K",
        "0, K, -273.15, Cel",
        "-30, dBm, -60, dBW",
        "36, km/h, 10, m/s",
        "2, kWh, 7200000, J",
        "1.5, h, 90, min",
        "450, ppm, 0.00045, /",
        "0.5, m, 500, mm",
        "180, deg, 3.141592653589793, rad",
        "3, Hz, 180, 1/min",
        "25, ug/m3, 0.000025, mg/l",
        "7, Pa, 7, Pa",
        "2, l, 0.002, m3",
    })
    void makesOneOfTheOther(double value, String from, double expected, String to) {
        assertThat(convert(value, from, to)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"Cel, Pa", "count, mm", "V, A", "count, furlong", "furlong, m", "%RH, /"})
    void knowsWhatCannotBeConverted(String from, String to) {
        assertThat(Units.conversion(from, to)).isEmpty();
    }

    @Test
    void thereAndBackIsTheSame() {
        for (String from : new String[] {"Pa", "Cel", "km/h", "dBm", "deg", "ppm"}) {
            assertThat(Units.others(from)).isNotEmpty().doesNotContain(from);
            for (String to : Units.others(from)) {
                double value = convert(convert(12.5, from, to), to, from);
                assertThat(value).as(from + " " + to).isBetween(12.4999999, 12.5000001);
            }
        }
    }

    @Test
    void refusesWhatSenmlHasNot() throws Malformed {
        assertThat(Units.parse("%RH")).isEqualTo("%RH");
        assertThatThrownBy(() -> Units.parse("hpa")).hasMessageContaining("\"hPa\"");
        assertThatThrownBy(() -> Units.parse("furlong")).hasMessageContaining("\"Cel\"");
    }
}
