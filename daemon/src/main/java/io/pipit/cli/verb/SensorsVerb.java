package io.pipit.cli.verb;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.hardware.DriverSheet;
import io.pipit.cli.hardware.ScanSheet;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import io.pipit.wire.Document;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pipit sensors}. */
@Command(
        name = "sensors",
        description =
                "Print what the node's sensors measure, with the newest values, and how each sensor"
                        + " is: what is wrong, since when, and when it is tried again.")
public final class SensorsVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Mixin private JsonOption json = new JsonOption();

    @Option(
            names = "--drivers",
            arity = "0..1",
            paramLabel = "NAME",
            fallbackValue = "",
            description =
                    "Print the drivers that a sensor may have instead; with a name that one, with"
                            + " its options and an example. Needs no daemon. Jars with more are looked for"
                            + " in /usr/lib/pipit/drivers, or in the folders of PIPIT_DRIVERS.")
    private @Nullable String driver;

    @Option(
            names = "--scan",
            description =
                    "Look what is connected to this machine instead, and print which driver would"
                            + " fit, with what to put into the configuration. Needs no daemon; what"
                            + " the configuration names already is left alone.")
    private boolean scan;

    public SensorsVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        if (driver != null && scan) {
            throw new Failure(Failure.USAGE, "--drivers and --scan are two questions: ask one");
        }
        if (scan) {
            return new ScanSheet(surroundings, file, Path.of("/")).print(json.isSet());
        }
        if (driver != null) {
            new DriverSheet(surroundings).print(driver, json.isSet());
        } else {
            sensors();
        }
        return 0;
    }

    private void sensors() throws Failure {
        List<Map<String, Object>> rows = new ArrayList<>();
        Table table = new Table("sensor", "quantity", "value", "age", "state", "reason");
        try (Daemon daemon = Daemon.connect(file)) {
            Document answer = daemon.document("sensors");
            Map<String, Arrival> newest = new HashMap<>();
            for (Arrival arrival : daemon.newest(daemon.pattern("*/*"))) {
                newest.put(arrival.series(), arrival);
            }
            long now = surroundings.micros();
            for (Document sensor : answer.get("sensors").items()) {
                String name = sensor.get("name").text("");
                List<String> quantities =
                        sensor.get("quantities").items().stream()
                                .map(quantity -> quantity.text(""))
                                .toList();
                // What measured nothing yet has a row, too: that is when its state matters most.
                for (String quantity : quantities.isEmpty() ? List.of("-") : quantities) {
                    Arrival arrival = newest.get(name + "/" + quantity);
                    rows.add(row(sensor, quantity, arrival));
                    table.row(
                            name,
                            quantity,
                            arrival == null
                                    ? "-"
                                    : Printable.measured(arrival.value(), arrival.unit()),
                            arrival == null ? "-" : Printable.age(now - arrival.timeMicros()),
                            sensor.get("state").text("-"),
                            reason(sensor));
                }
            }
        }
        print(rows, table, "no sensors yet: put a [[sensor]] into " + file.path());
    }

    private static Map<String, Object> row(
            Document sensor, String quantity, @Nullable Arrival newest) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("sensor", sensor.get("name").text(""));
        if (!quantity.equals("-")) {
            row.put("quantity", quantity);
        }
        if (newest != null) {
            row.put("value", newest.value());
            row.put("unit", newest.unit());
            row.put("time", Printable.exact(newest.timeMicros()));
        }
        sensor.fields()
                .forEach((name, field) -> {
                    if (!name.equals("name") && !name.equals("quantities")) {
                        row.put(name, field);
                    }
                });
        return row;
    }

    private static String reason(Document sensor) {
        Document reason = sensor.get("reason");
        if (!reason.isPresent()) {
            return "";
        }
        Document retry = sensor.get("retry-in-seconds");
        return reason.text("")
                + " (for "
                + time(sensor.get("since-seconds-ago"))
                + (retry.isPresent() ? ", tried again in " + time(retry) : "")
                + ")";
    }

    private static String time(Document seconds) {
        return Printable.seconds(seconds.number(0));
    }

    private void print(List<Map<String, Object>> rows, Table table, String ifNone) {
        if (json.isSet()) {
            surroundings.json(rows);
        } else {
            table.print(surroundings, ifNone);
        }
    }
}
