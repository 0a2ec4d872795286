package io.pipit.drivers.tsl2561;

import java.util.List;

/**
 * How long and how sensitively a TSL2561 looks, and what the counts of its two diodes come to.
 *
 * @param ms integration time: 14 (which is 13.7), 101 or 402 ms
 * @param gain 1 or 16
 */
record Exposure(int ms, int gain) {

    private static final List<Integer> TIMES = List.of(14, 101, 402);

    /** Of the longest time, by the clock's ticks (TSL2561 datasheet, "Timing Register"). */
    private static final List<Double> SHARES = List.of(11 / 322.0, 81 / 322.0, 1.0);

    /** "Operating Characteristics": the most counts that a time has room for. */
    private static final List<Integer> COUNTS_MAX = List.of(5047, 37_177, 65_535);

    private static final int GAIN_OF_FORMULA = 16;

    /**
     * A piece of the formula: up to a ratio, lux are so much of one diode less so much of the
     * other.
     */
    private record Piece(double ratioMax, double visible, double infrared) {}

    /**
     * "Calculating Lux", the T, FN and CL packages and the CS package; after the bent first piece.
     */
    private static final List<Piece> PIECES =
            List.of(
                    new Piece(0.61, 0.0224, 0.031),
                    new Piece(0.80, 0.0128, 0.0153),
                    new Piece(1.30, 0.00146, 0.00112));

    private static final List<Piece> PIECES_OF_CS =
            List.of(
                    new Piece(0.65, 0.0229, 0.0291),
                    new Piece(0.80, 0.0157, 0.0180),
                    new Piece(1.30, 0.00338, 0.00260));

    /** The bits for the timing register. */
    int bits() {
        return (gain == GAIN_OF_FORMULA ? 0x10 : 0) | TIMES.indexOf(ms);
    }

    boolean isSaturated(int counts) {
        return counts >= COUNTS_MAX.get(TIMES.indexOf(ms));
    }

    /** Counts with the longest time and the higher gain, which the formula is for. */
    double normalized(int counts) {
        return counts / SHARES.get(TIMES.indexOf(ms)) * GAIN_OF_FORMULA / gain;
    }

    /** Lux, from the diode that sees all and the one that sees infrared. */
    double lux(int all, int infrared, boolean isCsPackage) {
        if (all == 0) {
            return 0;
        }
        double a = normalized(all);
        double ratio = (double) infrared / all;
        double bentUpTo = isCsPackage ? 0.52 : 0.50;
        if (ratio <= bentUpTo) {
            return isCsPackage
                    ? a * (0.0315 - 0.0593 * Math.pow(ratio, 1.4))
                    : a * (0.0304 - 0.062 * Math.pow(ratio, 1.4));
        }
        for (Piece piece : isCsPackage ? PIECES_OF_CS : PIECES) {
            if (ratio <= piece.ratioMax()) {
                return a * (piece.visible() - piece.infrared() * ratio);
            }
        }
        return 0;
    }
}
