package io.pipit.cli.verb;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Pack;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pipit get}. */
@Command(
        name = "get",
        description = "Print the newest reading of a series, its own or a peer's.",
        footer = {
            "",
            "For one series the value and its unit alone; for a pattern such as '*/temperature' or"
                    + " '**' a table."
        })
public final class GetVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Mixin private JsonOption json = new JsonOption();

    @Parameters(
            paramLabel = "SERIES",
            description = "sensor/quantity of this node, or node/sensor/quantity.")
    private String series = "**";

    public GetVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        List<Arrival> newest;
        try (Daemon daemon = Daemon.connect(file)) {
            newest = new ArrayList<>(daemon.newest(daemon.pattern(series)));
        }
        if (newest.isEmpty()) {
            throw new Failure(
                    Failure.FAILED,
                    "no reading of " + series + "; 'pipit get \"**\"' prints all that there are");
        }
        newest.sort(Comparator.comparing(Arrival::fullName));
        if (json.isSet()) {
            Pack pack = new Pack(surroundings.out());
            newest.forEach(pack::add);
            pack.end();
        } else if (!series.contains("*")) {
            Arrival one = newest.getFirst();
            surroundings.out().print(Printable.number(one.value()) + " " + one.unit() + "\n");
        } else {
            Table table = new Table("series", "value", "age");
            long now = surroundings.micros();
            for (Arrival each : newest) {
                table.row(
                        each.fullName(),
                        Printable.measured(each.value(), each.unit()),
                        Printable.age(now - each.timeMicros()));
            }
            table.print(surroundings);
        }
        surroundings.flush();
        return 0;
    }
}
