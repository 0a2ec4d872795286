package io.pipit.cli.files;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Progress;
import io.pipit.cli.show.Table;
import io.pipit.cli.verb.DocumentVerb;
import io.pipit.wire.Document;
import io.pipit.wire.Frame;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pipit transfers}. */
@Command(
        name = "transfers",
        description =
                "Print the files on their way to peers and from them, and those that were delivered"
                        + " of late.",
        footer = {
            "",
            "What a peer refuses stays in the queue and is tried again; 'pipit transfers cancel"
                    + " NUMBER' takes it out."
        })
public final class TransfersVerb extends DocumentVerb {
    public TransfersVerb(Surroundings surroundings, ConfigurationFile file) {
        super(surroundings, file, "transfers");
    }

    @Override
    protected void print(Document transfers, String ownName) {
        Table table =
                new Table("number", "peer", "file", "state", "done", "size", "rate", "left", "");
        for (Document each : transfers.get("transfers").items()) {
            table.row(
                    each.get("number").isPresent()
                            ? Long.toString(each.get("number").whole(0))
                            : "-",
                    (each.get("direction").text("").equals("in") ? "from " : "to ")
                            + each.get("peer").text(""),
                    each.get("name").text(""),
                    each.get("state").text(""),
                    done(each),
                    each.get("total").isPresent()
                            ? Printable.measured(each.get("total").number(0), "B")
                            : "-",
                    each.get("rate").whole(0) > 0
                            ? Printable.measured(each.get("rate").number(0), "B") + "/s"
                            : "-",
                    each.get("seconds-left").isNumber()
                            ? Progress.left(each.get("seconds-left").number(0))
                            : "-",
                    each.get("reason").text(""));
        }
        table.print(surroundings(), "nothing on its way; 'pipit send FILE PEER' sends a file");
    }

    private static String done(Document transfer) {
        long total = transfer.get("total").whole(0);
        long bytes = transfer.get("bytes").whole(0);
        return total > 0
                ? (int) (100.0 * bytes / total) + " %"
                : Printable.measured((double) bytes, "B");
    }

    @Command(name = "cancel", description = "Take a file out of the queue.")
    int cancel(
            @Parameters(paramLabel = "NUMBER", description = "As 'pipit transfers' shows it.")
                    long number)
            throws Failure {
        try (Daemon daemon = Daemon.connect(file())) {
            daemon.change(Frame.DELETE, "transfers", List.of("number=" + number), null);
        }
        return 0;
    }
}
