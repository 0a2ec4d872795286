package io.pipit.cli.verb;

import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Table;
import io.pipit.wire.Document;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code pipit status}. */
@Command(
        name = "status",
        description = "Print how the node is.",
        footer = {"", "Exit code 0 whenever the daemon answered, whatever it said."})
public final class StatusVerb extends DocumentVerb {
    public StatusVerb(Surroundings surroundings, ConfigurationFile file) {
        super(surroundings, file, "health");
    }

    @Override
    protected void print(Document health, String ownName) {
        surroundings().line(ownName + ": " + health.get("status").text("unknown"));
        Table table = new Table("part", "status", "reason");
        for (Map.Entry<String, Document> part : health.get("parts").fields().entrySet()) {
            table.row(
                    part.getKey(),
                    part.getValue().get("status").text("unknown"),
                    part.getValue().get("reason").text(""));
        }
        table.print(surroundings());
    }
}
