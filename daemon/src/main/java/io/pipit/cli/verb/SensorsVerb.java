package io.pipit.cli.verb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import io.pipit.config.DriverDescriptor;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.LinkFormat;
import io.pipit.wire.WireException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pipit sensors}. */
@Command(
        name = "sensors",
        description = "Print what the node's sensors measure, with the newest values.")
public final class SensorsVerb implements Callable<Integer> {
    private static final String PREFIX = "/sensors/";

    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Mixin private JsonOption json = new JsonOption();

    @Option(
            names = "--drivers",
            description = "Print the drivers that a sensor may have instead, with their options.")
    private boolean drivers;

    public SensorsVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        surroundings.out().print(drivers ? drivers() : sensors());
        surroundings.flush();
        return 0;
    }

    private String sensors() throws Failure {
        List<Map<String, Object>> rows = new ArrayList<>();
        Table table = new Table("sensor", "quantity", "value", "age");
        try (Daemon daemon = Daemon.connect(file)) {
            Map<String, Arrival> newest = new TreeMap<>();
            for (Arrival arrival : daemon.newest(daemon.pattern("*/*"))) {
                newest.put(arrival.series(), arrival);
            }
            long now = surroundings.micros();
            for (LinkFormat.Link link :
                    LinkFormat.read(daemon.get("sensors", LinkFormat.CONTENT_FORMAT).payload())) {
                if (!link.path().startsWith(PREFIX)) {
                    continue;
                }
                String series = link.path().substring(PREFIX.length());
                String[] names = series.split("/", 2);
                Arrival arrival = newest.get(series);
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("sensor", names[0]);
                row.put("quantity", names[names.length - 1]);
                if (arrival != null) {
                    row.put("value", arrival.value());
                    row.put("unit", arrival.unit());
                    row.put("time", Printable.exact(arrival.timeMicros()));
                }
                rows.add(row);
                table.row(
                        names[0],
                        names[names.length - 1],
                        arrival == null ? "-" : Printable.measured(arrival.value(), arrival.unit()),
                        arrival == null ? "-" : Printable.age(now - arrival.timeMicros()));
            }
        } catch (WireException e) {
            throw new Failure(
                    Failure.FAILED, "the daemon's answer can't be read: " + e.getMessage());
        }
        if (json.isSet()) {
            return json(rows);
        }
        return table.isEmpty()
                ? "no sensors yet: put a [[sensor]] into " + file.path() + "\n"
                : table.text(surroundings.colours());
    }

    private String drivers() {
        List<Map<String, Object>> rows = new ArrayList<>();
        Table table = new Table("driver", "needs", "options");
        for (DriverDescriptor driver : surroundings.drivers()) {
            List<String> needs = new ArrayList<>();
            if (driver.needsBus()) {
                needs.add("bus");
            }
            if (driver.needsAddress()) {
                needs.add("address");
            }
            Map<String, String> options = new LinkedHashMap<>();
            driver.options().forEach(option -> options.put(option.name(), option.description()));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("driver", driver.name());
            row.put("needs", needs);
            row.put("options", options);
            rows.add(row);
            table.row(
                    driver.name(),
                    needs.isEmpty() ? "-" : String.join(", ", needs),
                    options.isEmpty() ? "-" : String.join(", ", options.keySet()));
        }
        return json.isSet() ? json(rows) : table.text(surroundings.colours());
    }

    private static String json(Object value) {
        return new String(Document.write(value, Format.JSON), UTF_8) + "\n";
    }
}
