package io.pipit.sampling;

import java.time.Duration;
import java.util.Map;

/**
 * What becomes of the values of a quantity: how they are calibrated, what of them is possible, and
 * which go out. Immutable.
 *
 * @param calibration what is made of a value
 * @param least the least that is possible of what was made, and with {@code most} the most
 * @param deadband how much a value has to differ by, more than which, from the last one that went
 *     out; negative where each one goes out
 * @param averageOver over how long the mean is taken; zero where it isn't
 * @param atLeastEvery how often one goes out though nothing changes
 * @param every how often one is looked at, the others being left out; zero for each
 */
public record Rule(
        Calibration calibration,
        double least,
        double most,
        double deadband,
        Duration averageOver,
        Duration atLeastEvery,
        Duration every) {
    /** Each value goes out as it is. */
    public static final Rule NONE =
            new Rule(
                    Calibration.NONE,
                    -Double.MAX_VALUE,
                    Double.MAX_VALUE,
                    -1,
                    Duration.ZERO,
                    Duration.ZERO);

    /** Each is looked at. */
    public Rule(
            Calibration calibration,
            double least,
            double most,
            double deadband,
            Duration averageOver,
            Duration atLeastEvery) {
        this(calibration, least, most, deadband, averageOver, atLeastEvery, Duration.ZERO);
    }

    /**
     * {@code (value * multiplier / divisor + shift) * scale + offset}: first it is converted, then
     * calibrated.
     *
     * @param from the unit that it is for; empty for any
     * @param to the unit of what comes out; empty for that of what went in
     */
    public record Calibration(
            String from,
            String to,
            double multiplier,
            double divisor,
            double shift,
            double scale,
            double offset) {
        /** Leaves it as it is. */
        public static final Calibration NONE = new Calibration("", "", 1, 1, 0, 1, 0);

        double apply(double value) {
            return (value * multiplier / divisor + shift) * scale + offset;
        }
    }

    /**
     * Those of a sensor.
     *
     * @param byQuantity by the quantity's name
     * @param others for all other quantities
     */
    public record Set(Map<String, Rule> byQuantity, Rule others) {
        /** None for any quantity. */
        public static final Set NONE = new Set(Map.of(), Rule.NONE);

        public Set {
            byQuantity = Map.copyOf(byQuantity);
        }

        Rule of(String quantity) {
            return byQuantity.getOrDefault(quantity, others);
        }
    }
}
