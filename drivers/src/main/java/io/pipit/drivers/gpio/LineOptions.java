package io.pipit.drivers.gpio;

import io.pipit.drivers.Option;

/** Options that all drivers of lines have. */
public final class LineOptions {

    private static final int LINE_MAX = 1_023;

    private LineOptions() {}

    public static Option line() {
        return Option.integer(
                        "line",
                        "The number of the line; on a Raspberry Pi the one after GPIO, not the pin's.")
                .between(0, LINE_MAX)
                .mustBeGiven()
                .example("17");
    }

    public static Option chip() {
        return Option.text(
                        "chip",
                        "The label of the GPIO chip, as gpiodetect shows it; the 40-pin header's where left out.")
                .example("\"mcp23017\"");
    }

    public static Option activeLow() {
        return Option.flag("active-low", "Whether low is active, as with a button to ground.")
                .byDefault(false)
                .example("true");
    }
}
