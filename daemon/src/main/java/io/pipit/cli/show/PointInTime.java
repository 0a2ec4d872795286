package io.pipit.cli.show;

import io.pipit.config.text.Durations;
import io.pipit.config.text.Malformed;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.regex.Pattern;

/** A point in time as people type it. */
public final class PointInTime {
    /** What {@link #micros} takes, for help texts and errors. */
    public static final String FORMS =
            "2026-11-01, 2026-11-01T12:00 (here), 2026-11-01T12:00:00Z, seconds since 1970, today,"
                    + " yesterday, or how long ago: 90s, 30m, 1h, 7d";

    private static final Pattern SECONDS = Pattern.compile("\\d{1,11}(\\.\\d{1,9})?");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
    private static final Pattern AGO = Pattern.compile("\\d+(ms|s|m|h|d)");

    private PointInTime() {}

    /**
     * Microseconds since 1970.
     *
     * @param now what "ago" counts from
     * @param zone of a date without one
     * @throws IllegalArgumentException with a message for the one who typed it
     */
    public static long micros(String text, Instant now, ZoneId zone) {
        try {
            if (SECONDS.matcher(text).matches()) {
                return new BigDecimal(text)
                        .movePointRight(6)
                        .setScale(0, RoundingMode.HALF_UP)
                        .longValueExact();
            }
            return micros(instant(text, now, zone));
        } catch (DateTimeException | ArithmeticException | Malformed e) {
            throw new IllegalArgumentException("'" + text + "' is no time: write " + FORMS, e);
        }
    }

    private static Instant instant(String text, Instant now, ZoneId zone) throws Malformed {
        if (AGO.matcher(text).matches()) {
            return now.minus(Durations.parse(text));
        }
        if (text.equals("today") || text.equals("yesterday")) {
            LocalDate today = now.atZone(zone).toLocalDate();
            LocalDate day = text.equals("today") ? today : today.minusDays(1);
            return day.atStartOfDay(zone).toInstant();
        }
        if (DATE.matcher(text).matches()) {
            return LocalDate.parse(text).atStartOfDay(zone).toInstant();
        }
        String exact = text.replace(' ', 'T').toUpperCase(Locale.ROOT);
        try {
            return OffsetDateTime.parse(exact).toInstant();
        } catch (DateTimeException noZone) {
            return LocalDateTime.parse(exact).atZone(zone).toInstant();
        }
    }

    private static long micros(Instant instant) {
        return Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), 1_000_000L),
                instant.getNano() / 1_000);
    }
}
