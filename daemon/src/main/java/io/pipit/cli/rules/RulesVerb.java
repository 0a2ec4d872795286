package io.pipit.cli.rules;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import io.pipit.cli.verb.JsonOption;
import io.pipit.wire.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pipit rules}. */
@Command(
        name = "rules",
        description =
                "Print how the node's rules stand: true, false or unknown, since when, why nobody"
                        + " knows, and what they set last.",
        footer = {"", "'pipit rule test' says what rules would have done."})
public final class RulesVerb implements Callable<Integer> {
    private static final double MICROS = 1e6;

    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Mixin private JsonOption json = new JsonOption();

    public RulesVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        try (Daemon daemon = Daemon.connect(file)) {
            if (json.isSet()) {
                surroundings.line(daemon.json("rules"));
                return 0;
            }
            Table table = new Table("rule", "state", "since", "sets", "why");
            for (Document rule : daemon.document("rules").get("rules").items()) {
                table.row(
                        rule.get("name").text(""),
                        rule.get("state").text(""),
                        ago(rule.get("since-seconds-ago")),
                        sets(rule.get("sets").items()),
                        rule.get("why").text(""));
            }
            if (table.isEmpty()) {
                surroundings.line("no rules: put a [[rule]] into " + file.path());
                return 0;
            }
            surroundings.out().print(table.text(surroundings.colours()));
            surroundings.flush();
        }
        return 0;
    }

    private static String sets(List<Document> sets) {
        List<String> all = new ArrayList<>();
        for (Document set : sets) {
            String state = set.get("state").text("");
            all.add(
                    set.get("actuator").text("")
                            + " = "
                            + Printable.rounded(set.get("value").number(0))
                            + (state.equals("set") ? "" : " " + state)
                            + (set.get("reason").isPresent()
                                    ? " (" + set.get("reason").text("") + ")"
                                    : "")
                            + " "
                            + ago(set.get("seconds-ago"))
                            + " ago");
        }
        return all.isEmpty() ? "-" : String.join(", ", all);
    }

    private static String ago(Document seconds) {
        return Printable.age(Math.round(seconds.number(0) * MICROS));
    }
}
