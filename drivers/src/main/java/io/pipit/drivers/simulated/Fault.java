package io.pipit.drivers.simulated;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What can go wrong in one transfer on a simulated bus. */
public enum Fault {
    /** Nobody acknowledges. */
    NAK,
    /** Something holds the bus until the adapter gives up. */
    STUCK,
    /** One bit arrives wrongly. */
    FLIPPED_BIT,
    /** The chip loses its power for a moment, just before. */
    CHIP_RESET,
    /** Another chip of the same type takes its place, just before. */
    CHIP_SWAPPED;

    /** Decides what goes wrong, transfer by transfer. */
    @FunctionalInterface
    public interface Source {

        /** What goes wrong in the next transfer with this address; null for nothing. */
        @Nullable Fault next(int address);
    }

    /** Nothing goes wrong. */
    public static Source none() {
        return address -> null;
    }

    /** Each transfer fails with this probability, in all ways alike. */
    public static Source random(long seed, double rate) {
        Random random = new Random(seed);
        return address ->
                random.nextDouble() < rate ? values()[random.nextInt(values().length)] : null;
    }
}
