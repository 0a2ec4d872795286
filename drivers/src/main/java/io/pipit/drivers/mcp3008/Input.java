package io.pipit.drivers.mcp3008;

import java.util.ArrayList;
import java.util.List;

/**
 * What is measured: an input against ground, or how much higher one of a pair is than the other
 * (DS21295 "Configure Bits for the MCP3008").
 *
 * @param quantity what it is called
 * @param selection the bit SGL/DIFF and the three of the channel
 */
record Input(String quantity, int selection) {

    static final int PAIRS = 4;

    static final String SINGLE = "single";
    static final String DIFFERENCE = "difference";
    static final String REVERSED = "reversed";
    static final String OFF = "off";

    private static final int AGAINST_GROUND = 8;

    /** The option for a pair of inputs. */
    static String option(int pair) {
        return "inputs-%d-%d".formatted(2 * pair, 2 * pair + 1);
    }

    /** What a pair of inputs comes to, by its option. */
    static List<Input> of(int pair, String mode) {
        int even = 2 * pair;
        int odd = even + 1;
        List<Input> inputs = new ArrayList<>();
        switch (mode) {
            case SINGLE -> {
                inputs.add(new Input("voltage-" + even, AGAINST_GROUND | even));
                inputs.add(new Input("voltage-" + odd, AGAINST_GROUND | odd));
            }
            case DIFFERENCE -> inputs.add(new Input("voltage-%d-%d".formatted(even, odd), even));
            case REVERSED -> inputs.add(new Input("voltage-%d-%d".formatted(odd, even), odd));
            default -> {
                // Off.
            }
        }
        return inputs;
    }
}
