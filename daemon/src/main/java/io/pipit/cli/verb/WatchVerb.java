package io.pipit.cli.verb;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Pack;
import io.pipit.cli.show.Printable;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pipit watch}. */
@Command(
        name = "watch",
        description = "Print readings as they arrive, until stopped.",
        footer = {"", "With --json one SenML record a line."})
public final class WatchVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Mixin private JsonOption json = new JsonOption();

    @Parameters(
            arity = "0..1",
            paramLabel = "PATTERN",
            description = "Which series, such as 'air/*' or '*/*/temperature'. Default: all.",
            defaultValue = "**",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
    private String pattern = "**";

    private int width;

    public WatchVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        try (Daemon daemon = Daemon.connect(file)) {
            print(daemon.watch(daemon.pattern(pattern)));
            while (true) {
                print(daemon.next(Duration.ZERO));
            }
        }
    }

    private void print(List<Arrival> arrivals) {
        for (Arrival each : arrivals) {
            if (json.isSet()) {
                surroundings.out().print(Pack.line(each) + "\n");
            } else {
                width = Math.max(width, each.fullName().length());
                surroundings
                        .out()
                        .print(
                                String.format(
                                        Locale.ROOT,
                                        "%s  %-" + width + "s  %s%n",
                                        Printable.local(each.timeMicros(), ZoneId.systemDefault()),
                                        Printable.text(each.fullName()),
                                        Printable.text(
                                                Printable.measured(each.value(), each.unit()))));
            }
        }
        surroundings.flush();
    }
}
