package io.pipit.cli.trust;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Table;
import io.pipit.cli.verb.JsonOption;
import io.pipit.config.Configuration;
import io.pipit.config.text.HostPort;
import io.pipit.config.text.Malformed;
import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.identity.Statements;
import io.pipit.identity.TrustStore;
import io.pipit.identity.statement.Revocation;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.wire.Document;
import io.pipit.wire.Frame;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code pipit peer}: whom this node trusts. Asks the daemon; where certainly none runs, the list
 * itself is changed, which the daemon reads when it has started. One that was just starting is told
 * to read it again.
 */
@Command(name = "peer", description = "Say whom this node trusts.")
public final class PeerVerb {
    private static final int PORT_DEFAULT = 5684;

    private final Surroundings surroundings;
    private final ConfigurationFile file;

    public PeerVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Command(
            name = "add",
            description = "Trust the node with this ID.",
            footer = {
                "",
                "The other node prints its ID with 'pipit id'. Trust is one way: do the same there,"
                        + " with this node's ID. Of an ID that was added before, what isn't given"
                        + " stays as it was."
            })
    int add(
            @Parameters(paramLabel = "ID", description = "The other node's ID.") String id,
            @Option(
                            names = "--name",
                            paramLabel = "NAME",
                            description =
                                    "What to call it: a-z, 0-9 and -. Default: made of its ID.")
                    @Nullable String name,
            @Option(
                            names = "--address",
                            paramLabel = "HOST[:PORT]",
                            description = "Where it is; without, it has to find this node.")
                    @Nullable String address,
            @Mixin RoleOption role,
            @Option(
                            names = "--again",
                            description =
                                    "Trust it also where it was revoked; that revocation, handed on"
                                            + " again, does nothing here any more.")
                    boolean again)
            throws Failure {
        NodeId parsed = id(id);
        Peer.Change change =
                new Peer.Change(
                        parsed, name, address == null ? null : address(address), role.grants());
        List<String> names = new ArrayList<>();
        boolean asked =
                ask(daemon -> {
                    List<String> query = again ? List.of("again=1") : List.of();
                    var _ = daemon.change(Frame.PUT, "trust", query, document(change));
                    for (Document peer : Daemon.peers(daemon.document("trust"))) {
                        if (peer.get("id").text("").equals(parsed.toString())) {
                            names.add(peer.get("name").text(""));
                        }
                    }
                });
        if (!asked) {
            withoutDaemon((store, _) -> {
                store.change(change, again);
                store.find(parsed).ifPresent(peer -> names.add(peer.name()));
            });
            sayThatItChanged();
        }
        surroundings.line(String.join(" ", names) + " " + parsed);
        return 0;
    }

    @Command(name = "list", description = "Print whom this node trusts.")
    int list(
            @Option(
                            names = "--revoked",
                            description =
                                    "Print instead who was revoked, by whom, and whether that was"
                                            + " overruled here.")
                    boolean revoked,
            @Mixin JsonOption json)
            throws Failure {
        List<Map<String, Object>> all = new ArrayList<>();
        boolean asked =
                ask(daemon -> {
                    Document answer = daemon.document(revoked ? "statements" : "trust");
                    for (Document one : Daemon.peers(answer)) {
                        all.add(new LinkedHashMap<>(one.fields()));
                    }
                });
        if (!asked) {
            withoutDaemon((store, _) -> {
                if (revoked) {
                    store.statements().list().forEach(kept -> all.add(document(kept)));
                } else {
                    store.list().forEach(peer -> all.add(document(peer)));
                }
            });
        }
        if (revoked) {
            all.removeIf(one -> !shown(one.get("kind")).equals("revocation"));
        }
        if (json.isSet()) {
            surroundings.json(all);
            return 0;
        }
        String[] columns =
                revoked
                        ? new String[] {"name", "id", "by", "overruled"}
                        : new String[] {"name", "id", "address", "roles"};
        Table table = new Table(columns);
        for (Map<String, Object> one : all) {
            table.row(Arrays.stream(columns).map(one::get).map(PeerVerb::shown).toArray());
        }
        table.print(
                surroundings,
                revoked ? "nobody was revoked" : "no peers yet; 'pipit peer add ID' adds one");
        return 0;
    }

    private static Map<String, Object> document(Statements.Kept kept) {
        Map<String, Object> fields = new LinkedHashMap<>();
        boolean revocation = kept.statement() instanceof Revocation;
        fields.put("kind", revocation ? "revocation" : "rotation");
        fields.put("id", kept.statement().subject().toString());
        if (!kept.name().isEmpty()) {
            fields.put("name", kept.name());
        }
        fields.put("by", kept.statement().issuer().toString());
        fields.put("number", kept.statement().number());
        fields.put(revocation ? "overruled" : "done", kept.settled());
        return fields;
    }

    @Command(
            name = "role",
            description = "Set what a peer may do here, in place of what it might before.",
            footer = {"", "It takes effect at once, also on what the peer observes just then."})
    int role(
            @Parameters(paramLabel = "ID", description = "The other node's ID or name.") String id,
            @Parameters(
                            paramLabel = "ROLE",
                            split = ",",
                            arity = "1..*",
                            description =
                                    "monitor, read, write, bulk, admin, with a pattern as in"
                                            + " read:air/*; none for nothing.")
                    List<String> roles)
            throws Failure {
        Set<Grant> grants = roles.equals(List.of("none")) ? Set.of() : RoleOption.grants(roles);
        boolean asked =
                ask(daemon -> {
                    NodeId peer = id(resolve(id, daemon));
                    boolean known =
                            Daemon.peers(daemon.document("trust")).stream()
                                    .anyMatch(each ->
                                            each.get("id").text("").equals(peer.toString()));
                    if (!known) {
                        throw noSuchPeer(id);
                    }
                    var change = new Peer.Change(peer, null, null, grants);
                    var _ = daemon.change(Frame.PUT, "trust", List.of(), document(change));
                });
        if (!asked) {
            withoutDaemon((store, _) -> {
                NodeId peer = resolve(id, store);
                if (store.find(peer).isEmpty()) {
                    throw noSuchPeer(id);
                }
                store.change(new Peer.Change(peer, null, null, grants));
            });
            sayThatItChanged();
        }
        return 0;
    }

    @Command(
            name = "revoke",
            description = "Trust this node no longer.",
            footer = {
                "",
                "Its sessions and connections end, and it can't come back by any of them. This node"
                        + " states that, signed, and hands it on: whoever lets this node be admin"
                        + " does the same, also who is away now, when it is back. 'pipit peer add ID"
                        + " --again' overrules it, on one node."
            })
    int revoke(
            @Parameters(paramLabel = "ID", description = "The other node's ID or name.") String id)
            throws Failure {
        boolean asked =
                ask(daemon -> {
                    List<String> query = List.of("id=" + resolve(id, daemon));
                    var _ = daemon.change(Frame.DELETE, "trust", query, null);
                });
        if (!asked) {
            withoutDaemon((store, identity) ->
                    store.revoke(resolve(id, store), identity, surroundings.clock().millis()));
            sayThatItChanged();
        }
        return 0;
    }

    private static NodeId resolve(String idOrName, TrustStore store) throws Failure {
        NodeId id = NodeId.parse(idOrName).orElse(null);
        for (Peer each : store.list()) {
            id = each.name().equals(idOrName) ? each.id() : id;
        }
        if (id == null) {
            throw noSuchPeer(idOrName);
        }
        return id;
    }

    private static String resolve(String idOrName, Daemon daemon) throws Failure {
        NodeId id = NodeId.parse(idOrName).orElse(null);
        if (id != null) {
            return id.toString();
        }
        for (Document peer : Daemon.peers(daemon.document("trust"))) {
            if (peer.get("name").text("").equals(idOrName)) {
                return peer.get("id").text("");
            }
        }
        throw noSuchPeer(idOrName);
    }

    private static Failure noSuchPeer(String idOrName) {
        return new Failure(
                Failure.FAILED, "no peer is " + idOrName + "; 'pipit peer list' prints them");
    }

    private interface WithDaemon {
        void run(Daemon daemon) throws Failure;
    }

    private interface WithStore {
        void run(TrustStore store, Identity identity) throws Failure, IdentityException;
    }

    /**
     * Does it with the daemon; false where none runs. One that runs and fails at it is a failure:
     * it has its own idea of the list, and nobody may change that behind its back.
     */
    private boolean ask(WithDaemon question) throws Failure {
        Optional<Daemon> running = Daemon.connectIfRunning(file);
        if (running.isEmpty()) {
            return false;
        }
        try (Daemon daemon = running.get()) {
            question.run(daemon);
        }
        return true;
    }

    /**
     * Tells a daemon that came meanwhile, and may have read the list just before it changed. One
     * that comes later reads it when its socket is there, and so after the change.
     */
    private void sayThatItChanged() throws Failure {
        boolean ignored =
                ask(daemon -> {
                    var _ = daemon.change(Frame.POST, "trust", List.of(), null);
                });
    }

    private void withoutDaemon(WithStore change) throws Failure {
        Configuration configuration = file.load();
        Configuration.Node node = configuration.node();
        List<Peer> configured = new ArrayList<>();
        for (Configuration.Peer peer : configuration.peers()) {
            HostPort at = peer.address().orElse(null);
            configured.add(
                    new Peer(
                            id(peer.id()),
                            peer.name(),
                            at == null ? null : address(at),
                            RoleOption.grants(
                                    peer.roles().stream().map(Object::toString).toList())));
        }
        try {
            Identity identity = IdVerb.identity(node);
            change.run(
                    TrustStore.open(node.dataDir(), identity.id(), node.name(), configured),
                    identity);
        } catch (IdentityException e) {
            throw IdVerb.failure(e);
        }
    }

    private static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "-";
            case Document document when !document.items().isEmpty() ->
                    String.join(
                            ", ", document.items().stream().map(item -> item.text("")).toList());
            case Document document -> document.text("-");
            case List<?> list -> String.join(", ", list.stream().map(Object::toString).toList());
            default -> value.toString();
        };
    }

    private static Map<String, Object> document(Peer peer) {
        return document(new Peer.Change(peer.id(), peer.name(), peer.address(), peer.grants()));
    }

    private static Map<String, Object> document(Peer.Change peer) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", peer.id().toString());
        if (peer.name() != null) {
            body.put("name", peer.name());
        }
        InetSocketAddress address = peer.address();
        if (address != null) {
            String host = address.getHostString();
            body.put(
                    "address",
                    (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
        }
        Set<Grant> grants = peer.grants();
        if (grants != null) {
            body.put("roles", grants.stream().map(Grant::toString).sorted().toList());
        }
        return body;
    }

    private static NodeId id(String text) throws Failure {
        return NodeId.parse(text)
                .orElseThrow(() ->
                        new Failure(
                                Failure.USAGE,
                                "'"
                                        + text
                                        + "' is no node ID, or one with a wrong character:"
                                        + " it is what 'pipit id' prints on the other"
                                        + " node"));
    }

    private static InetSocketAddress address(String text) throws Failure {
        try {
            boolean bare = !text.matches(".*:\\d+|\\[.*]:\\d+") || text.matches("[^\\[]*:.*:.*");
            String host =
                    bare && text.contains(":") && !text.startsWith("[") ? "[" + text + "]" : text;
            return address(HostPort.parse(bare ? host + ":" + PORT_DEFAULT : text));
        } catch (Malformed e) {
            throw new Failure(Failure.USAGE, "--address: " + e.getMessage());
        }
    }

    private static InetSocketAddress address(HostPort at) {
        return InetSocketAddress.createUnresolved(at.host(), at.port());
    }
}
