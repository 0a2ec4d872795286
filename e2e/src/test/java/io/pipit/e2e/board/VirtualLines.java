package io.pipit.e2e.board;

import java.util.List;

/**
 * A GPIO chip of the kernel's simulator, with the label and the lines of a Raspberry Pi 4's header:
 * a test pulls its inputs and sees what its outputs are driven to.
 */
record VirtualLines(Board board) {
    static final String LABEL = "pinctrl-bcm2711";

    private static final String CONFIGURATION = "/sys/kernel/config/gpio-sim/header";
    private static final int LINES = 58;

    static VirtualLines make(Board board) {
        board.sh(
                        """
                        mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
                        mkdir -p %1$s/bank0
                        echo %2$d >%1$s/bank0/num_lines
                        echo %3$s >%1$s/bank0/label
                        echo 1 >%1$s/live
                        ln -s /sys/devices/platform/$(cat %1$s/dev_name)/$(cat %1$s/bank0/chip_name) /run/header
                        udevadm settle
                        """
                                .formatted(CONFIGURATION, LINES, LABEL))
                .hasExit(0);
        return new VirtualLines(board);
    }

    /** A command that pulls a line: it has this level while nobody drives it. */
    static String pull(int line, boolean high) {
        return "echo pull-%s >/run/header/sim_gpio%d/pull".formatted(high ? "up" : "down", line);
    }

    /** The level that a line has: 1 is high. */
    static String valueFile(int line) {
        return "/run/header/sim_gpio%d/value".formatted(line);
    }

    /** Who has a line, as gpioinfo says; {@code unused} where nobody does. */
    String consumer(int line) {
        List<String> words =
                board.sh("gpioinfo $(basename $(readlink /run/header))").hasExit(0).lines().stream()
                        .filter(text -> text.matches("\\s*line\\s+" + line + ":.*"))
                        .flatMap(text -> List.of(text.strip().split("\\s+")).stream())
                        .toList();
        // line 17: unnamed "pipit" input active-high [used]
        return words.get(3).replace("\"", "");
    }
}
