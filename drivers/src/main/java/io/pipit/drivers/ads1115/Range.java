package io.pipit.drivers.ads1115;

import java.util.Arrays;
import java.util.List;

/** How much an ADS1115 can measure (bits PGA of the configuration register). */
enum Range {
    V6_144("6.144", 0),
    V4_096("4.096", 1),
    V2_048("2.048", 2),
    V1_024("1.024", 3),
    V0_512("0.512", 4),
    V0_256("0.256", 5);

    private static final double STEPS = 32_768;

    private final String text;
    private final int code;

    Range(String text, int code) {
        this.text = text;
        this.code = code;
    }

    static List<String> names() {
        return Arrays.stream(values()).map(range -> range.text).toList();
    }

    static Range named(String text) {
        return Arrays.stream(values())
                .filter(range -> range.text.equals(text))
                .findFirst()
                .orElseThrow();
    }

    /** The one with these bits; three codes mean the smallest. */
    static Range of(int configuration) {
        return values()[Math.min((configuration >> 9) & 0x07, V0_256.code)];
    }

    /** The bits for the configuration register. */
    int bits() {
        return code << 9;
    }

    /** The largest voltage, which is never quite reached. */
    double volts() {
        return Double.parseDouble(text);
    }

    double volts(int raw) {
        return raw * volts() / STEPS;
    }
}
