package io.pipit.cli.show;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values as people and scripts read them. */
public final class Printable {
    private static final DateTimeFormatter EXACT =
            new DateTimeFormatterBuilder()
                    .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
                    .appendFraction(ChronoField.NANO_OF_SECOND, 6, 6, true)
                    .appendOffsetId()
                    .toFormatter(Locale.ROOT);
    private static final DateTimeFormatter LOCAL =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
    private static final Pattern ESCAPE_OR_CHARACTER =
            Pattern.compile("\033\\[[0-9;?]*[A-Za-z]|.", Pattern.DOTALL);
    private static final long MICROS = 1_000_000;
    private static final String[] BYTES = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Printable() {}

    /** RFC 3339 in UTC with microseconds. */
    public static String exact(long micros) {
        return EXACT.format(OffsetDateTime.ofInstant(instant(micros), ZoneOffset.UTC));
    }

    /** Date and time to the second, where the reader is. */
    public static String local(long micros, ZoneId zone) {
        return LOCAL.format(instant(micros).atZone(zone));
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000);
    }

    /** A number that reads back as the same one, without exponent where it needs none. */
    public static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Double.toString(value);
    }

    /** A number for people: four figures are as good as a sensor gets. */
    public static String rounded(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e15) {
            return Long.toString((long) value);
        }
        int decimals = size >= 1_000 ? 1 : size >= 10 ? 2 : size >= 0.001 ? 3 : -1;
        return decimals < 0
                ? String.format(Locale.ROOT, "%.2e", value)
                : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** A value with its unit as people write it. */
    public static String measured(double value, String unit) {
        if (unit.equals("B")) {
            return bytes(value);
        }
        return rounded(value)
                + switch (unit) {
                    case "", "/" -> "";
                    case "Cel" -> " \u00b0C";
                    case "%RH" -> " %RH";
                    default -> " " + unit;
                };
    }

    /** A size in steps of a thousand, as disks are sold. */
    private static String bytes(double value) {
        double size = value;
        int step = 0;
        while (Math.abs(size) >= 1_000 && step < BYTES.length - 1) {
            size /= 1_000;
            step++;
        }
        return step == 0
                ? rounded(value) + " B"
                : String.format(Locale.ROOT, "%.2f %s", size, BYTES[step]);
    }

    /** How long ago that was, in one or two units. */
    public static String age(long micros) {
        long seconds = Math.max(0, micros) / MICROS;
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", Math.max(0, micros) / (double) MICROS);
        }
        return seconds < 120
                ? seconds + " s"
                : seconds < 7_200
                        ? seconds / 60 + " min"
                        : seconds < 172_800 ? seconds / 3_600 + " h" : seconds / 86_400 + " d";
    }

    /** As long as that, likewise. */
    public static String seconds(double seconds) {
        return age(Math.round(seconds * MICROS));
    }

    /** Without what would move a terminal's cursor or worse: it came from another machine. */
    public static String text(String text) {
        return text.chars().anyMatch(Character::isISOControl)
                ? text.replaceAll("\\p{Cntrl}", "?")
                : text;
    }

    /** As much of a line as is so wide; escape sequences, such as colours', take no width. */
    public static String cut(String line, int columns) {
        StringBuilder out = new StringBuilder();
        Matcher part = ESCAPE_OR_CHARACTER.matcher(line);
        int width = 0;
        while (part.find()) {
            boolean escape = part.group().startsWith("\033[");
            if (escape || width < columns) {
                out.append(part.group());
            }
            width += escape ? 0 : 1;
        }
        return out.toString();
    }

    /** A field of CSV (RFC 4180). */
    public static String csv(String field) {
        return field.matches("[^\",\r\n]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
    }
}
