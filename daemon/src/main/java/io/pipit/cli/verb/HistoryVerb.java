package io.pipit.cli.verb;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Pack;
import io.pipit.cli.show.Plot;
import io.pipit.cli.show.PointInTime;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import java.time.ZoneId;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pipit history}. */
@Command(
        name = "history",
        description = "Print stored readings, its own and its peers', in log order.",
        footer = {"", "A time T is " + PointInTime.FORMS + "."})
public final class HistoryVerb implements Callable<Integer> {
    private static final int PLOT_LINES = 12;
    private static final int PLOTS_MAX = 24;

    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Parameters(
            arity = "0..1",
            paramLabel = "SERIES",
            description = "sensor/quantity, node/sensor/quantity or a pattern. Default: all.")
    private String series = "**";

    @Option(names = "--from", paramLabel = "T", description = "Not what is before this time.")
    private @Nullable String fromText;

    @Option(names = "--to", paramLabel = "T", description = "Not what is at this time or after.")
    private @Nullable String toText;

    /** Which form; one at the most. */
    static final class Form {
        @Option(names = "--csv", description = "Print CSV with exact times, values and places.")
        private boolean csv;

        @Option(names = "--json", description = "Print one SenML pack.")
        private boolean json;

        @Option(names = "--plot", description = "Draw each series.")
        private boolean plot;
    }

    @ArgGroup private Form form = new Form();

    private @Nullable String from;
    private @Nullable String to;

    public HistoryVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        from = exact(fromText);
        to = exact(toText);
        try (Daemon daemon = Daemon.connect(file)) {
            String pattern = daemon.pattern(series);
            if (form.csv) {
                csv(daemon, pattern);
            } else if (form.json) {
                json(daemon, pattern);
            } else if (form.plot) {
                plot(daemon, pattern);
            } else {
                table(daemon, pattern);
            }
            surroundings.flush();
        }
        return 0;
    }

    /** As the daemon understands it. */
    private @Nullable String exact(@Nullable String text) throws Failure {
        if (text == null) {
            return null;
        }
        try {
            return Printable.exact(
                    PointInTime.micros(
                            text, surroundings.clock().instant(), ZoneId.systemDefault()));
        } catch (IllegalArgumentException e) {
            throw new Failure(Failure.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private void csv(Daemon daemon, String pattern) throws Failure {
        surroundings.line("time,node,series,value,unit,log,sequence");
        daemon.history(
                pattern,
                from,
                to,
                readings -> {
                    StringBuilder lines = new StringBuilder();
                    for (Arrival each : readings) {
                        lines.append(Printable.exact(each.timeMicros()))
                                .append(',')
                                .append(Printable.csv(each.node()))
                                .append(',')
                                .append(Printable.csv(each.series()))
                                .append(',')
                                .append(Printable.number(each.value()))
                                .append(',')
                                .append(Printable.csv(each.unit()))
                                .append(',')
                                .append(each.log())
                                .append(',')
                                .append(each.sequence())
                                .append('\n');
                    }
                    surroundings.out().print(lines);
                    surroundings.flush();
                    return true;
                });
    }

    private void json(Daemon daemon, String pattern) throws Failure {
        Pack pack = new Pack(surroundings.out());
        daemon.history(
                pattern,
                from,
                to,
                readings -> {
                    readings.forEach(pack::add);
                    surroundings.flush();
                    return true;
                });
        pack.end();
    }

    private void plot(Daemon daemon, String pattern) throws Failure {
        Map<String, Plot> plots = new TreeMap<>();
        Map<String, String> units = new TreeMap<>();
        daemon.history(
                pattern,
                from,
                to,
                readings -> {
                    for (Arrival each : readings) {
                        Plot plot = plots.get(each.fullName());
                        if (plot == null) {
                            if (plots.size() == PLOTS_MAX) {
                                throw new Failure(
                                        Failure.FAILED,
                                        "more than "
                                                + PLOTS_MAX
                                                + " series: name the ones to draw");
                            }
                            plot = new Plot();
                            plots.put(each.fullName(), plot);
                            units.put(each.fullName(), each.unit());
                        }
                        plot.add(each.timeMicros(), each.value());
                    }
                    return true;
                });
        if (plots.isEmpty()) {
            throw new Failure(Failure.FAILED, "no readings of " + series);
        }
        int columns = surroundings.size().columns();
        plots.forEach((name, plot) ->
                surroundings
                        .out()
                        .print(
                                plot.text(
                                        name,
                                        units.getOrDefault(name, ""),
                                        columns,
                                        PLOT_LINES,
                                        ZoneId.systemDefault())));
    }

    // A table for each page: nobody waits for the last reading to know how wide the first column
    // is.
    private void table(Daemon daemon, String pattern) throws Failure {
        daemon.history(
                pattern,
                from,
                to,
                readings -> {
                    Table table = new Table("time", "series", "value");
                    for (Arrival each : readings) {
                        table.row(
                                Printable.local(each.timeMicros(), ZoneId.systemDefault()),
                                each.fullName(),
                                Printable.measured(each.value(), each.unit()));
                    }
                    table.print(surroundings);
                    return true;
                });
    }
}
