package io.pipit.cli.rules;

import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import io.pipit.cli.verb.DocumentVerb;
import io.pipit.wire.Document;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code pipit rules}. */
@Command(
        name = "rules",
        description =
                "Print how the node's rules stand: true, false or unknown, since when, why nobody"
                        + " knows, and what they set last.",
        footer = {"", "'pipit rule test' says what rules would have done."})
public final class RulesVerb extends DocumentVerb {
    public RulesVerb(Surroundings surroundings, ConfigurationFile file) {
        super(surroundings, file, "rules");
    }

    @Override
    protected void print(Document rules, String ownName) {
        Table table = new Table("rule", "state", "since", "sets", "why");
        for (Document rule : rules.get("rules").items()) {
            table.row(
                    rule.get("name").text(""),
                    rule.get("state").text(""),
                    ago(rule.get("since-seconds-ago")),
                    sets(rule.get("sets").items()),
                    rule.get("why").text(""));
        }
        table.print(surroundings(), "no rules: put a [[rule]] into " + file().path());
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
        return Printable.seconds(seconds.number(0));
    }
}
