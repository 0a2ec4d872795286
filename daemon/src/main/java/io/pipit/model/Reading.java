package io.pipit.model;

/**
 * One value of one series at one time.
 *
 * @param sequence its place in the log of the node that took it
 * @param at when
 * @param series what of
 * @param value finite
 * @param unit of the SenML units registry (RFC 8428, section 12.1; RFC 8798), never empty
 */
public record Reading(long sequence, Stamp at, Series series, double value, String unit)
        implements LogEntry {
    public Reading {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not a finite value of " + series + ": " + value);
        }
        if (unit.isEmpty()) {
            throw new IllegalArgumentException("no unit for " + series);
        }
    }
}
