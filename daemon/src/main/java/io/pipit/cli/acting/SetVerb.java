package io.pipit.cli.acting;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.config.text.Durations;
import io.pipit.config.text.Malformed;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pipit set}. */
@Command(
        name = "set",
        description =
                "Set an actuator, its own or a peer's, for a time; after that it is safe again.",
        footer = {
            "",
            "It returns when the actuator is set, or says why it isn't. Who writes again holds it"
                    + " for longer. A peer has to let this node: there, 'pipit peer role NAME"
                    + " monitor read write:ACTUATOR'.",
            "",
            "To let it go before its time, hold it for a moment: pipit set fan off --for 1s.",
            "",
            "'pipit actuators' prints what can be set."
        })
public final class SetVerb implements Callable<Integer> {
    /** The daemon tries a peer over UDP and over TCP, five seconds each, twice at the most. */
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?([0-9]{1,15}(\\.[0-9]{0,15})?|\\.[0-9]{1,15})");

    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Parameters(
            index = "0",
            paramLabel = "[NODE/]ACTUATOR",
            description = "An actuator of this node, or of a peer, by name.")
    private String actuator = "";

    @Parameters(
            index = "1",
            paramLabel = "VALUE",
            description = "A number, 'on' or 'off', or a percentage: 0.4, on, 40%%.")
    private String value = "";

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            description =
                    "How long it holds: 30s, 10m, 2h. Where it is left out, as long as the actuator's"
                            + " configuration says (lease).")
    private @Nullable String lease;

    public SetVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        int slash = actuator.indexOf('/');
        String node = slash < 0 ? "" : actuator.substring(0, slash);
        String name = actuator.substring(slash + 1);
        if (!NAME.matcher(name).matches() || (slash >= 0 && node.isEmpty())) {
            throw new Failure(
                    Failure.USAGE,
                    "'" + actuator + "' is no actuator: write its name, or NODE/NAME for a peer's");
        }
        double number = number(value);
        Duration hold = hold();
        try (Daemon daemon = Daemon.connect(file, PATIENCE)) {
            daemon.set(node.equals(daemon.ownName()) ? "" : node, name, number, hold);
        }
        surroundings.line(
                actuator
                        + " is "
                        + Printable.number(number)
                        + (hold.isZero() ? "" : " for " + Durations.format(hold)));
        return 0;
    }

    private Duration hold() throws Failure {
        if (lease == null) {
            return Duration.ZERO;
        }
        try {
            Duration hold = Durations.parse(lease);
            if (hold.isZero()) {
                throw new Failure(
                        Failure.USAGE,
                        "--for: it has to hold for a time; 'pipit actuators' says how long at the most");
            }
            return hold;
        } catch (Malformed e) {
            throw new Failure(Failure.USAGE, "--for: " + e.getMessage());
        }
    }

    /** What people call a value. */
    static double number(String text) throws Failure {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "on", "true" -> 1;
            case "off", "false" -> 0;
            default -> {
                boolean percent = text.endsWith("%");
                String digits = percent ? text.substring(0, text.length() - 1) : text;
                if (!NUMBER.matcher(digits).matches()) {
                    throw new Failure(
                            Failure.USAGE,
                            "'" + text + "' is no value: write a number, on, off, or 40%");
                }
                yield Double.parseDouble(digits) / (percent ? 100 : 1);
            }
        };
    }
}
