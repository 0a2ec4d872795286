package io.pipit.cli.verb;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import io.pipit.wire.Document;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;

/**
 * {@code pipit peers}. What the daemon says of a peer becomes the table's columns, whatever that
 * is, so that a newer daemon's additions are seen.
 */
@Command(
        name = "peers",
        description =
                "Print the node's peers: whether they are reachable, and how, the round trip in"
                        + " milliseconds, what was lost, how far behind they are.")
public final class PeersVerb extends DocumentVerb {
    public PeersVerb(Surroundings surroundings, ConfigurationFile file) {
        super(surroundings, file, "peers");
    }

    @Override
    protected void print(Document document, String ownName) {
        List<Map<String, String>> peers =
                Daemon.peers(document).stream().map(PeersVerb::columns).toList();
        if (peers.isEmpty()) {
            surroundings().line("no peers yet; 'pipit peer add ID' adds one");
            return;
        }
        Set<String> headings = new LinkedHashSet<>();
        peers.forEach(peer -> headings.addAll(peer.keySet()));
        Table table = new Table(headings.toArray(String[]::new));
        for (Map<String, String> peer : peers) {
            table.row(headings.stream().map(h -> peer.getOrDefault(h, "-")).toArray());
        }
        table.print(surroundings());
    }

    private static Map<String, String> columns(Document peer) {
        Map<String, String> columns = new LinkedHashMap<>();
        flatten("", peer, columns);
        return columns;
    }

    private static void flatten(String prefix, Document value, Map<String, String> columns) {
        value.fields()
                .forEach((name, field) -> {
                    if (!field.fields().isEmpty()) {
                        flatten(prefix + name + " ", field, columns);
                    } else if (field.isPresent() && field.items().isEmpty()) {
                        String text =
                                field.isNumber()
                                        ? Printable.rounded(field.number(0))
                                        : field.text(field.toString());
                        columns.put(prefix + name, text);
                    }
                });
    }
}
