package io.pipit.cli.trust;

import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.verb.JsonOption;
import io.pipit.config.Configuration;
import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Map;
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
