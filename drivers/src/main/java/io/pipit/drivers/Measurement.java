package io.pipit.drivers;

import java.util.regex.Pattern;

/**
 * One value of one quantity as a sensor measured it just now.
 *
 * @param quantity what was measured, {@code temperature}; a name as in {@code
 *     [a-z0-9][a-z0-9-]{0,31}}
 * @param value a finite number
 * @param unit a symbol of the SenML units registry (RFC 8428 section 12.1), SI first: {@code Cel},
 *     {@code %RH}, {@code Pa}
 */
public record Measurement(String quantity, double value, String unit) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

    public Measurement {
        if (!NAME.matcher(quantity).matches()) {
            throw new IllegalArgumentException("not a name for a quantity: " + quantity);
        }
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(quantity + " is not a finite number: " + value);
        }
        if (unit.isEmpty()) {
            throw new IllegalArgumentException(quantity + " has no unit");
        }
    }
}
