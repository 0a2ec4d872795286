package io.pipit.drivers.veml7700;

import java.util.List;

/**
 * How long and how sensitively a VEML7700 looks, and what its counts come to.
 *
 * @param ms integration time: 25, 50, 100, 200, 400 or 800 ms
 * @param gain one of {@link #GAINS}
 */
record Exposure(int ms, String gain) {

    static final List<String> GAINS = List.of("1/8", "1/4", "1", "2");

    private static final List<Double> GAIN_FACTORS = List.of(0.125, 0.25, 1.0, 2.0);

    /** ALS_GAIN and ALS_IT (VEML7700 datasheet "Command Register Format"). */
    private static final List<Integer> GAIN_CODES = List.of(0b10, 0b11, 0b00, 0b01);

    private static final List<Integer> TIMES = List.of(25, 50, 100, 200, 400, 800);

    private static final List<Integer> TIME_CODES =
            List.of(0b1100, 0b1000, 0b0000, 0b0001, 0b0010, 0b0011);

    /** "Resolution": lux to the count with 800 ms and a gain of 2. */
    private static final double FINEST = 0.0042;

    /** The bits for the configuration register. */
    int bits() {
        return (GAIN_CODES.get(GAINS.indexOf(gain)) << 11)
                | (TIME_CODES.get(TIMES.indexOf(ms)) << 6);
    }

    /**
     * Lux. The counts grow more slowly than bright light does; the polynomial that straightens them
     * is that of Vishay's application note "Designing the VEML7700 Into an Application".
     */
    double lux(int counts) {
        double x = counts * FINEST * (800.0 / ms) * (2 / GAIN_FACTORS.get(GAINS.indexOf(gain)));
        return (((6.0135e-13 * x - 9.3924e-9) * x + 8.1488e-5) * x + 1.0023) * x;
    }
}
