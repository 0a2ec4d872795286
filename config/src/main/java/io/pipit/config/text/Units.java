package io.pipit.config.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The units of measurement that SenML has (RFC 8428 section 12.1, RFC 8798, and what the IANA
 * registry added), and what one of them is in another.
 */
public final class Units {
    /** What a unit looks like. */
    public static final String FORM = "[!-~]{1,16}";

    /** What converters, counters and switches measure in place of what is meant. */
    private static final Set<String> RAW =
            Set.of("count", "V", "mV", "A", "mA", "Ohm", "Hz", "1/s", "/");

    /**
     * A unit in its base: {@code base = value * multiplier / divisor + shift}. Two whole numbers,
     * so that a hundredth is as exact as a double can be.
     */
    private record Scale(String base, double multiplier, double divisor, double shift) {}

    private static final Map<String, Scale> SCALES = scales();

    /**
     * How to make a value in one unit of a value in another: {@code value * multiplier / divisor +
     * shift}.
     */
    public record Conversion(double multiplier, double divisor, double shift) {
        /** Leaves the value as it is. */
        public static final Conversion NONE = new Conversion(1, 1, 0);
    }

    private Units() {}

    private static Map<String, Scale> scales() {
        Map<String, Scale> all = new LinkedHashMap<>();
        for (String base :
                List.of(
                        "m", "kg", "s", "A", "K", "cd", "mol", "Hz", "rad", "sr", "N", "Pa", "J",
                        "W", "C", "V", "F", "Ohm", "S", "Wb", "T", "H", "lm", "lx", "Bq", "Gy",
                        "Sv", "kat", "m2", "m3", "m/s", "m/s2", "m3/s", "W/m2", "cd/m2", "bit",
                        "bit/s", "lat", "lon", "pH", "dB", "dBW", "Bspl", "count", "/", "%RH",
                        "%EL", "EL", "S/m", "B", "VA", "VAs", "var", "vars", "J/m", "kg/m3", "NTU",
                        "beats", "rad/s")) {
            all.put(base, new Scale(base, 1, 1, 0));
        }
        derived(all, "g", "kg", 1, 1_000);
        derived(all, "l", "m3", 1, 1_000);
        derived(all, "l/s", "m3/s", 1, 1_000);
        derived(all, "%", "/", 1, 100);
        derived(all, "1/s", "Hz", 1, 1);
        derived(all, "1/min", "Hz", 1, 60);
        derived(all, "beat/min", "Hz", 1, 60);
        derived(all, "deg", "rad", Math.PI, 180);
        derived(all, "ms", "s", 1, 1_000);
        derived(all, "min", "s", 60, 1);
        derived(all, "h", "s", 3_600, 1);
        derived(all, "MHz", "Hz", 1e6, 1);
        derived(all, "kW", "W", 1_000, 1);
        derived(all, "kVA", "VA", 1_000, 1);
        derived(all, "kvar", "var", 1_000, 1);
        derived(all, "Ah", "C", 3_600, 1);
        derived(all, "Wh", "J", 3_600, 1);
        derived(all, "kWh", "J", 3.6e6, 1);
        derived(all, "varh", "vars", 3_600, 1);
        derived(all, "kvarh", "vars", 3.6e6, 1);
        derived(all, "VAh", "VAs", 3_600, 1);
        derived(all, "kVAh", "VAs", 3.6e6, 1);
        derived(all, "Wh/km", "J/m", 36, 10);
        derived(all, "KiB", "B", 1_024, 1);
        derived(all, "GB", "B", 1e9, 1);
        derived(all, "Mbit/s", "bit/s", 1e6, 1);
        derived(all, "B/s", "bit/s", 8, 1);
        derived(all, "MB/s", "bit/s", 8e6, 1);
        derived(all, "mV", "V", 1, 1_000);
        derived(all, "mA", "A", 1, 1_000);
        derived(all, "ug/m3", "kg/m3", 1, 1e9);
        derived(all, "mg/l", "kg/m3", 1, 1_000);
        derived(all, "ug/l", "kg/m3", 1, 1e6);
        derived(all, "g/l", "kg/m3", 1, 1);
        derived(all, "mm/h", "m/s", 1, 3.6e6);
        derived(all, "m/h", "m/s", 1, 3_600);
        derived(all, "km/h", "m/s", 10, 36);
        derived(all, "ppm", "/", 1, 1e6);
        derived(all, "ppb", "/", 1, 1e9);
        derived(all, "ppt", "/", 1, 1e12);
        derived(all, "/100", "/", 1, 100);
        derived(all, "/1000", "/", 1, 1_000);
        derived(all, "hPa", "Pa", 100, 1);
        derived(all, "mm", "m", 1, 1_000);
        derived(all, "cm", "m", 1, 100);
        derived(all, "km", "m", 1_000, 1);
        all.put("Cel", new Scale("K", 1, 1, 273.15));
        all.put("dBm", new Scale("dBW", 1, 1, -30));
        return all;
    }

    private static void derived(
            Map<String, Scale> all, String unit, String base, double multiplier, double divisor) {
        all.put(unit, new Scale(base, multiplier, divisor, 0));
    }

    /** The unit that the text names. */
    public static String parse(String text) throws Malformed {
        if (!SCALES.containsKey(text)) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is not a unit that SenML has: "
                            + Spelling.nearest(text, SCALES.keySet())
                                    .map(near -> "did you mean " + Malformed.quote(near) + "?")
                                    .orElse(
                                            "write one of its symbols, as in \"Cel\", \"hPa\" or"
                                                    + " \"mm\""));
        }
        return text;
    }

    /** Makes the one of the other, where that is possible. */
    public static Optional<Conversion> conversion(String from, String to) {
        if (from.equals(to)) {
            return Optional.of(Conversion.NONE);
        }
        Scale source = SCALES.get(from);
        Scale target = SCALES.get(to);
        if (source == null || target == null || !source.base().equals(target.base())) {
            return Optional.empty();
        }
        return Optional.of(
                new Conversion(
                        source.multiplier() * target.divisor(),
                        source.divisor() * target.multiplier(),
                        (source.shift() - target.shift())
                                * target.divisor()
                                / target.multiplier()));
    }

    /** All others that it can be converted to. */
    public static List<String> others(String from) {
        return SCALES.keySet().stream()
                .filter(to -> !to.equals(from) && conversion(from, to).isPresent())
                .toList();
    }

    /** Whether what is measured in it may stand for something else, as a scale then says. */
    public static boolean isRaw(String unit) {
        return RAW.contains(unit);
    }
}
