package io.pipit.sampling;

import java.time.Duration;

/**
 * One sensor as it is to be read.
 *
 * @param sensor its name
 * @param bus sensors with the same one take turns on its thread; what is on no bus has one of its
 *     own, so that a file that hangs costs no other sensor anything
 * @param every from reading to reading
 * @param readMax a reading that takes longer counts as hung
 * @param settings all that it was configured with; where they equal, the sensor stays as it is
 * @param rules what becomes of what it measures; another set of them leaves it open
 * @param opener opens it
 */
public record SensorSpec(
        String sensor,
        String bus,
        Duration every,
        Duration readMax,
        Object settings,
        Rule.Set rules,
        Probe.Opener opener) {
    /** Without rules. */
    public SensorSpec(
            String sensor,
            String bus,
            Duration every,
            Duration readMax,
            Object settings,
            Probe.Opener opener) {
        this(sensor, bus, every, readMax, settings, Rule.Set.NONE, opener);
    }

    public SensorSpec {
        if (!every.isPositive() || !readMax.isPositive()) {
            throw new IllegalArgumentException(
                    sensor + ": every " + every + " and at most " + readMax + " must be positive");
        }
    }

    /** Whether nothing that matters to the probe differs. */
    boolean sameAs(SensorSpec other) {
        return sensor.equals(other.sensor)
                && bus.equals(other.bus)
                && every.equals(other.every)
                && readMax.equals(other.readMax)
                && settings.equals(other.settings);
    }
}
