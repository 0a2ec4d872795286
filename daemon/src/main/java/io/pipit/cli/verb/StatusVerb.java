package io.pipit.cli.verb;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Table;
import io.pipit.wire.Document;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pipit status}. */
@Command(
        name = "status",
        description = "Print how the node is.",
        footer = {"", "Exit code 0 whenever the daemon answered, whatever it said."})
public final class StatusVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Mixin private JsonOption json = new JsonOption();

    public StatusVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        try (Daemon daemon = Daemon.connect(file)) {
            if (json.isSet()) {
                surroundings.line(daemon.json("health"));
                return 0;
            }
            Document health = daemon.document("health");
            surroundings.line(daemon.ownName() + ": " + health.get("status").text("unknown"));
            Table table = new Table("part", "status", "reason");
            for (Map.Entry<String, Document> part : health.get("parts").fields().entrySet()) {
                table.row(
                        part.getKey(),
                        part.getValue().get("status").text("unknown"),
                        part.getValue().get("reason").text(""));
            }
            surroundings.out().print(table.text(surroundings.colours()));
            surroundings.flush();
        }
        return 0;
    }
}
