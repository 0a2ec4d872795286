package io.pipit.model;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One quantity of one sensor, within its node: {@code air/temperature}.
 *
 * @param sensor the configured sensor's name
 * @param quantity what it measures
 */
public record Series(String sensor, String quantity) implements Comparable<Series> {
    /** What names of nodes, sensors, quantities and actuators look like. */
    public static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

    public Series {
        if (!NAME.matcher(sensor).matches() || !NAME.matcher(quantity).matches()) {
            throw new IllegalArgumentException(
                    "not a series: " + sensor + "/" + quantity + "; a name is " + NAME.pattern());
        }
    }

    /** Reads {@code sensor/quantity}; nothing where it isn't that. */
    public static Optional<Series> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        String sensor = text.substring(0, slash);
        String quantity = text.substring(slash + 1);
        return NAME.matcher(sensor).matches() && NAME.matcher(quantity).matches()
                ? Optional.of(new Series(sensor, quantity))
                : Optional.empty();
    }

    // Asked for every reading, several times: what the compiler makes of records is slow with C1.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Series series
                        && quantity.equals(series.quantity)
                        && sensor.equals(series.sensor));
    }

    @Override
    public int hashCode() {
        return 31 * sensor.hashCode() + quantity.hashCode();
    }

    @Override
    public int compareTo(Series other) {
        int bySensor = sensor.compareTo(other.sensor);
        return bySensor != 0 ? bySensor : quantity.compareTo(other.quantity);
    }

    @Override
    public String toString() {
        return sensor + "/" + quantity;
    }
}
