package io.pipit.e2e.board;

import java.util.List;

/**
 * A GPIO chip of the kernel's simulator: a test pulls its inputs and sees what its outputs are
 * driven to.
 *
 * @param name what it is called in the simulator's configuration
 * @param label what it calls itself
 */
record VirtualLines(Board board, String name, String label) {

    /** One with the label and the lines of a Raspberry Pi 4's 40-pin header. */
    static VirtualLines header(Board board) {
        return new VirtualLines(board, "header", "pinctrl-bcm2711").make(58);
    }

    /** One as an MCP23017 on an I2C bus would be. */
    static VirtualLines expander(Board board) {
        return new VirtualLines(board, "expander", "mcp23017").make(16);
    }

    private VirtualLines make(int lines) {
        board.sh(
                        """
                        mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
                        mkdir -p %1$s/bank0
                        echo %2$d >%1$s/bank0/num_lines
                        echo %3$s >%1$s/bank0/label
                        """
                                .formatted(configuration(), lines, label))
                .hasExit(0);
        plugIn();
        return this;
    }

    /** It is there, maybe again. */
    void plugIn() {
        board.sh(
                        """
                        echo 1 >%1$s/live
                        ln -sfn /sys/devices/platform/$(cat %1$s/dev_name)/$(cat %1$s/bank0/chip_name) /run/%2$s
                        udevadm settle
                        """
                                .formatted(configuration(), name))
                .hasExit(0);
    }

    /** It is gone, whoever has its lines. */
    void pullOut() {
        board.sh("echo 0 >%s/live".formatted(configuration())).hasExit(0);
    }

    private String configuration() {
        return "/sys/kernel/config/gpio-sim/" + name;
    }

    /** A command that pulls a line: it has this level while nobody drives it. */
    String pull(int line, boolean high) {
        return "echo pull-%s >/run/%s/sim_gpio%d/pull".formatted(high ? "up" : "down", name, line);
    }

    /** The level that a line has: 1 is high. */
    String valueFile(int line) {
        return "/run/%s/sim_gpio%d/value".formatted(name, line);
    }

    /** A command that prints what the kernel calls it at present: {@code gpiochip1}. */
    String device() {
        return "basename $(readlink /run/%s)".formatted(name);
    }

    /** Who has a line, as gpioinfo says; {@code unused} where nobody does. */
    String consumer(int line) {
        List<String> words =
                board.sh("gpioinfo $(%s)".formatted(device())).hasExit(0).lines().stream()
                        .filter(text -> text.matches("\\s*line\\s+" + line + ":.*"))
                        .flatMap(text -> List.of(text.strip().split("\\s+")).stream())
                        .toList();
        // line 17: unnamed "pipit" input active-high [used]
        return words.get(3).replace("\"", "");
    }
}
