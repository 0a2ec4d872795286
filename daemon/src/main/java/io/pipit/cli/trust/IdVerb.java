package io.pipit.cli.trust;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.client.Reply;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.verb.JsonOption;
import io.pipit.config.Configuration;
import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.identity.statement.Rotation;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.Frame;
import io.pipit.wire.WireException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pipit id}. */
@Command(
        name = "id",
        description = "Print this node's ID, which other nodes need to trust it.",
        footer = {
            "",
            "Makes the node's key where there is none. Needs no running daemon, but has to be run"
                    + " as the user that the daemon runs as: sudo -u pipit pipit id"
        })
public final class IdVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Option(
            names = "--of",
            paramLabel = "CERTIFICATE",
            description = {
                "Print the ID of another program instead, by its X.509 certificate (PEM or DER):",
                "with 'pipit peer add' it may then talk to this node over coaps+tcp."
            })
    private @Nullable Path certificate;

    @Mixin private JsonOption json = new JsonOption();

    public IdVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        Path other = certificate;
        if (other != null) {
            return ofOther(other);
        }
        Configuration.Node node = file.load().node();
        Identity identity = identity(node);
        if (json.isSet()) {
            Map<String, String> all =
                    new TreeMap<>(Map.of("id", identity.id().toString(), "name", node.name()));
            surroundings.json(all);
        } else {
            surroundings.line(identity.id().toString());
        }
        return 0;
    }

    @Command(
            name = "rotate",
            description = "Have this node go on with another key, and print the ID by that.",
            footer = {
                "",
                "The peers that trust this node hear of it first, each takes over roles, name and"
                        + " readings, and then the node starts anew with the new key: nothing has to"
                        + " be done there. Who is away is waited for, a day at the most, and told"
                        + " later. Without a daemon that happens when it runs."
            })
    int rotate(
            @Option(
                            names = "--now",
                            description =
                                    "At once, without waiting for any peer: where somebody else may"
                                            + " have the key.")
                    boolean now)
            throws Failure {
        Optional<Daemon> running = Daemon.connectIfRunning(file);
        if (running.isPresent()) {
            try (Daemon daemon = running.get()) {
                List<String> query = List.of("rotate=" + (now ? "now" : "later"));
                Reply reply = daemon.change(Frame.POST, "trust", query, null);
                surroundings.line(Document.read(reply.payload(), Format.JSON).get("id").text(""));
                return 0;
            } catch (WireException e) {
                throw new Failure(
                        Failure.FAILED, "the daemon's answer can't be read: " + e.getMessage());
            }
        }
        Configuration.Node node = file.load().node();
        try {
            Rotation rotation =
                    identity(node).prepare(node.dataDir(), surroundings.clock().millis());
            if (now) {
                Identity.switchOver(node.dataDir());
            }
            surroundings.line(rotation.after().toString());
            return 0;
        } catch (IdentityException e) {
            throw failure(e);
        }
    }

    private int ofOther(Path other) throws Failure {
        try {
            String id = Identity.idIn(other).toString();
            if (json.isSet()) {
                surroundings.json(Map.of("id", id));
            } else {
                surroundings.line(id);
            }
            return 0;
        } catch (IdentityException e) {
            throw failure(e);
        }
    }

    /** The key of this node, made where there is none. */
    static Identity identity(Configuration.Node node) throws Failure {
        try {
            return Identity.loadOrCreate(node.dataDir());
        } catch (IdentityException e) {
            throw failure(e);
        }
    }

    static Failure failure(IdentityException e) {
        int code =
                e.getCause() instanceof AccessDeniedException
                        ? Failure.NOT_ALLOWED
                        : Failure.FAILED;
        return new Failure(code, String.valueOf(e.getMessage()));
    }
}
