package io.pipit.cli.acting;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.hardware.DriverSheet;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import io.pipit.cli.verb.JsonOption;
import io.pipit.drivers.output.OutputDrivers;
import io.pipit.wire.Document;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pipit actuators}. */
@Command(
        name = "actuators",
        description =
                "Print what can be set here and at peers, what each is set to, who holds it and for"
                        + " how long.",
        footer = {"", "'pipit set fan on --for 10m' sets one."})
public final class ActuatorsVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Mixin private JsonOption json = new JsonOption();

    @Parameters(
            arity = "0..1",
            paramLabel = "[NODE/]NAME",
            description = "One alone: fan, or shed/fan.")
    private @Nullable String only;

    @Option(
            names = "--log",
            description = "Print who set which of this node's when instead, oldest first.")
    private boolean log;

    @Option(
            names = "--drivers",
            arity = "0..1",
            paramLabel = "NAME",
            fallbackValue = "",
            description =
                    "Print the drivers that an actuator may have instead; with a name that one, with"
                            + " its options and an example. Needs no daemon.")
    private @Nullable String driver;

    public ActuatorsVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        if (driver != null) {
            new DriverSheet(surroundings, OutputDrivers.builtIn()).print(driver, json.isSet());
            return 0;
        }
        try (Daemon daemon = Daemon.connect(file)) {
            if (log) {
                acts(daemon);
            } else {
                list(daemon);
            }
        }
        return 0;
    }

    private void list(Daemon daemon) throws Failure {
        Document answer = daemon.document("actuators");
        List<Document> wanted = new ArrayList<>();
        Table table =
                new Table("actuator", "value", "held by", "left", "can be", "state", "reason");
        for (Document each : answer.get("actuators").items()) {
            String name = each.get("name").text("");
            if (isWanted(name, daemon.ownName() + "/" + name)) {
                wanted.add(each);
                Document left = each.get("left-seconds");
                table.row(
                        name,
                        value(each),
                        holder(each.get("held-by")),
                        left.isPresent() ? Printable.seconds(left.number(0)) : "-",
                        span(each),
                        each.get("state").text(""),
                        each.get("reason").text(""));
            }
        }
        for (Document each : answer.get("peers").items()) {
            String name = each.get("node").text("") + "/" + each.get("name").text("");
            if (isWanted(name, name)) {
                wanted.add(each);
                table.row(name, "-", "-", "-", span(each), "peer's", "");
            }
        }
        if (only != null && wanted.isEmpty()) {
            throw new Failure(
                    Failure.FAILED,
                    "no actuator is called "
                            + only
                            + "; 'pipit actuators' prints all that there are");
        }
        if (json.isSet()) {
            surroundings.json(wanted);
        } else {
            table.print(
                    surroundings,
                    "nothing can be set yet: put an [[actuator]] into " + file.path());
        }
    }

    private boolean isWanted(String name, String fullName) {
        return only == null || only.equals(name) || only.equals(fullName);
    }

    private static String value(Document actuator) {
        Document value = actuator.get("value");
        return value.isNumber()
                ? Printable.measured(value.number(0), actuator.get("unit").text(""))
                : "-";
    }

    private static String span(Document actuator) {
        return Printable.number(actuator.get("min").number(0))
                + (actuator.get("on-off").flag(false) ? " or " : " to ")
                + Printable.number(actuator.get("max").number(0));
    }

    private static String holder(Document by) {
        String name = by.get("name").text("");
        return by.isPresent() ? (by.get("kind").text("") + " " + name).strip() : "-";
    }

    private void acts(Daemon daemon) throws Failure {
        String name = only;
        if (name != null && name.startsWith(daemon.ownName() + "/")) {
            name = name.substring(daemon.ownName().length() + 1);
        }
        if (name != null && name.contains("/")) {
            throw new Failure(
                    Failure.USAGE,
                    "each node keeps the log of its own actuators: ask on that node");
        }
        List<Document> acts = daemon.acts(name);
        if (json.isSet()) {
            surroundings.json(acts);
            return;
        }
        Table table = new Table("time", "actuator", "what", "value", "by", "for", "reason");
        for (Document act : acts) {
            Document lease = act.get("for-seconds");
            Document value = act.get("value");
            table.row(
                    local(act.get("time").text("")),
                    act.get("actuator").text(""),
                    act.get("what").text(""),
                    value.isNumber() ? Printable.number(value.number(0)) : "-",
                    (act.get("by").text("") + " " + act.get("name").text("")).strip(),
                    lease.isPresent() ? Printable.seconds(lease.number(0)) : "-",
                    act.get("reason").text(""));
        }
        table.print(surroundings, "nothing was set yet");
    }

    private static String local(String time) {
        try {
            Instant at = Instant.parse(time);
            return Printable.local(at.toEpochMilli() * 1_000, ZoneId.systemDefault());
        } catch (DateTimeParseException e) {
            return time;
        }
    }
}
