package io.pipit.resource;

import io.pipit.identity.IdentityException;
import io.pipit.identity.Statements;
import io.pipit.identity.statement.Revocation;
import io.pipit.identity.statement.Rotation;
import io.pipit.identity.statement.Statement;
import io.pipit.identity.statement.StatementException;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.model.Series;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.resource.Call.Refusal;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whom this node trusts: {@code /trust}, on the socket alone, and {@code /statements}, where peers
 * hand on what was said of keys. What may block runs on the executor that is handed in.
 */
final class TrustDocuments {
    /** Statements that wait to be verified; for one more there is no room. */
    static final int WAITING_MAX = 64;

    private static final int OCTETS = 42;
    private static final int CREATED = 201;
    private static final int CHANGED = 204;
    private static final int DELETED = 202;
    private static final int PORT_MAX = 65_535;
    private static final Pattern ADDRESS =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+(?:%[\\w.-]+)?)]|([\\w.-]+)):([0-9]{1,5})");
    private static final Pattern INSTANCE = Pattern.compile("[0-9a-f]{16}");

    private final Peers peers;
    private final Executor executor;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Counter taken;
    private final Counter refused;
    private final Counter malformed;

    TrustDocuments(Peers peers, Executor executor, Metrics metrics) {
        this.peers = peers;
        this.executor = executor;
        taken =
                metrics.counter(
                        "pipit_statements_taken", "Statements about keys that were news and hold");
        refused =
                metrics.counter(
                        "pipit_statements_refused",
                        "Statements about keys by nodes that have no say here");
        malformed =
                metrics.counter(
                        "pipit_statements_malformed",
                        "What was handed on as a statement and is none, or has a wrong signature");
    }

    /**
     * {@code /statements}. POST hands one on, or with no payload says only who is there: {@code
     * instance} is a number that the caller's process drew when it began; 2.01 asks it to say so
     * again soon, since another node may have its key. Any peer may, whatever its role: a statement
     * proves itself, and what it may do here is up to its issuer's role. The list is for the socket
     * alone.
     */
    void statements(Call call) throws Refusal {
        boolean here = call.caller().via() == Via.SOCKET;
        if (here) {
            call.allow(Request.Method.GET, Request.Method.POST);
        } else {
            call.allow(Request.Method.POST);
        }
        if (call.request().method() == Request.Method.GET) {
            call.knows(Set.of());
            Format format = call.document();
            List<Map<String, Object>> all =
                    peers.statements().list().stream().map(TrustDocuments::kept).toList();
            call.contentOnce(format.document(), Document.write(all, format));
            return;
        }
        call.knows(Set.of("instance"));
        String instance = call.value("instance");
        if (instance != null && !INSTANCE.matcher(instance).matches()) {
            throw Call.bad("instance has 16 digits, 0 to 9 and a to f");
        }
        NodeId peer = call.caller().peer();
        boolean again =
                instance != null
                        && peer != null
                        && peers.met(peer, Long.parseUnsignedLong(instance, 16));
        int done = again ? CREATED : CHANGED;
        byte[] payload = call.request().payload();
        if (payload.length == 0) {
            call.done(done);
            return;
        }
        if (call.request().contentFormat() != OCTETS) {
            throw new Refusal(Call.UNSUPPORTED_FORMAT, "content-formats here: " + OCTETS);
        }
        if (payload.length > Statement.BYTES_MAX) {
            throw new Refusal(Call.TOO_LARGE, "a statement has at most " + Statement.BYTES_MAX);
        }
        if (waiting.incrementAndGet() > WAITING_MAX) {
            waiting.decrementAndGet();
            throw Refusal.busy("more than " + WAITING_MAX + " statements wait");
        }
        change(
                call,
                () -> {
                    waiting.decrementAndGet();
                    take(payload);
                    return done;
                });
    }

    private void take(byte[] payload) throws Refusal, IdentityException {
        Statement statement;
        try {
            statement = Statement.parse(payload);
        } catch (StatementException e) {
            malformed.increment();
            throw Call.bad(String.valueOf(e.getMessage()));
        }
        switch (peers.take(statement)) {
            case TAKEN -> taken.increment();
            case KNOWN, OVERRULED -> {
                // Nothing new.
            }
            case NOT_ALLOWED -> {
                refused.increment();
                throw new Refusal(
                        Call.FORBIDDEN,
                        statement instanceof Rotation
                                ? "this node doesn't know " + statement.subject()
                                : statement.issuer() + " isn't admin here");
            }
            case FULL -> throw Refusal.busy("no room for one more statement");
        }
    }

    private static Map<String, Object> kept(Statements.Kept kept) {
        Statement statement = kept.statement();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("kind", statement instanceof Revocation ? "revocation" : "rotation");
        fields.put("id", statement.subject().toString());
        if (!kept.name().isEmpty()) {
            fields.put("name", kept.name());
        }
        if (statement instanceof Rotation rotation) {
            fields.put("after", rotation.after().toString());
        } else {
            fields.put("by", statement.issuer().toString());
        }
        fields.put("number", statement.number());
        fields.put(statement instanceof Revocation ? "overruled" : "done", kept.settled());
        return fields;
    }

    /**
     * {@code /trust}, on the socket alone: the list, one more or a change of one, one less; POST
     * says that somebody else changed it, or with {@code rotate} that this node is to go on with
     * another key.
     */
    void trust(Call call) throws Refusal {
        call.allow(
                Request.Method.GET, Request.Method.PUT, Request.Method.POST, Request.Method.DELETE);
        switch (call.request().method()) {
            case GET -> {
                call.knows(Set.of());
                Format format = call.document();
                List<Map<String, Object>> all =
                        peers.list().stream().map(TrustDocuments::trusted).toList();
                call.contentOnce(format.document(), Document.write(all, format));
            }
            case DELETE -> {
                call.knows(Set.of("id"));
                String text = call.value("id");
                NodeId id = NodeId.parse(text == null ? "" : text).orElse(null);
                if (id == null) {
                    throw Call.bad("id is no node ID: '" + text + "'");
                }
                change(call, () -> revoke(id));
            }
            case POST -> {
                call.knows(Set.of("rotate"));
                String rotate = call.value("rotate");
                if (rotate == null) {
                    change(call, this::reload);
                } else {
                    rotate(call, rotate);
                }
            }
            default -> {
                call.knows(Set.of("again"));
                boolean again = call.whole("again", 0) != 0;
                Peer.Change change = change(call);
                change(call, () -> make(change, again));
            }
        }
    }

    @FunctionalInterface
    private interface Change {
        int make() throws Refusal, IdentityException;
    }

    private int make(Peer.Change change, boolean again) throws IdentityException {
        peers.change(change, again);
        return CHANGED;
    }

    private int reload() {
        peers.reload();
        return CHANGED;
    }

    private void rotate(Call call, String when) throws Refusal {
        if (!when.equals("now") && !when.equals("later")) {
            throw Call.bad("rotate is now or later, not '" + when + "'");
        }
        executor.execute(() -> {
            try {
                NodeId next = peers.rotate(when.equals("now"));
                byte[] said = Document.write(Map.of("id", next.toString()), Format.JSON);
                call.exchange().respond(new Response(CHANGED, Format.JSON.document(), said, 0));
            } catch (IdentityException | RuntimeException e) {
                call.fail(e);
            }
        });
    }

    private int revoke(NodeId id) throws IdentityException {
        peers.revoke(id);
        return DELETED;
    }

    private void change(Call call, Change change) {
        executor.execute(() -> {
            try {
                call.done(change.make());
            } catch (IdentityException e) {
                call.refuse(Call.bad(String.valueOf(e.getMessage())));
            } catch (Refusal e) {
                call.refuse(e);
            } catch (RuntimeException e) {
                call.fail(e);
            }
        });
    }

    private static Map<String, Object> trusted(Peer peer) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("id", peer.id().toString());
        fields.put("name", peer.name());
        if (peer.address() != null) {
            fields.put("address", Documents.text(peer.address()));
        }
        fields.put(
                "roles",
                peer.grants().stream()
                        .sorted(Comparator.comparing(Grant::toString))
                        .map(Grant::toString)
                        .toList());
        return fields;
    }

    private static Peer.Change change(Call call) throws Refusal {
        Document body = body(call);
        for (String name : body.fields().keySet()) {
            if (!Set.of("id", "name", "address", "roles").contains(name)) {
                throw Call.bad("a peer has no " + name + ", but id, name, address and roles");
            }
        }
        NodeId id = NodeId.parse(body.get("id").text("")).orElse(null);
        if (id == null) {
            throw Call.bad("id is no node ID, or one with a wrong character: " + body.get("id"));
        }
        Document name = body.get("name");
        if (name.isPresent() && !Series.NAME.matcher(name.text("")).matches()) {
            throw Call.bad("name is none: " + name + "; " + Series.NAME.pattern());
        }
        Document address = body.get("address");
        var grants = new LinkedHashSet<Grant>();
        for (Document role : body.get("roles").items()) {
            Optional<Grant> grant = Grant.parse(role.text(""));
            if (grant.isEmpty()) {
                throw Call.bad(role + " is no role; roles are " + List.of(Grant.Role.values()));
            }
            grants.add(grant.get());
        }
        return new Peer.Change(
                id,
                name.isPresent() ? name.text("") : null,
                address.isPresent() ? address(address) : null,
                body.get("roles").isPresent() ? grants : null);
    }

    private static Document body(Call call) throws Refusal {
        int contentFormat = call.request().contentFormat();
        boolean cbor = contentFormat == Format.CBOR.document();
        if (!cbor && contentFormat != Format.JSON.document() && contentFormat != Request.NONE) {
            throw new Refusal(
                    Call.UNSUPPORTED_FORMAT,
                    "content-formats here: "
                            + Format.JSON.document()
                            + " and "
                            + Format.CBOR.document());
        }
        try {
            return Document.read(call.request().payload(), cbor ? Format.CBOR : Format.JSON);
        } catch (WireException e) {
            throw Call.bad(String.valueOf(e.getMessage()));
        }
    }

    private static InetSocketAddress address(Document text) throws Refusal {
        Matcher parts = ADDRESS.matcher(text.text(""));
        int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
        if (port < 1 || port > PORT_MAX) {
            throw Call.bad("address is none: " + text + "; write it like 192.168.1.20:5684");
        }
        String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(host), port);
        } catch (IllegalArgumentException e) {
            // A name: looked up when it is needed, not here.
            return InetSocketAddress.createUnresolved(host, port);
        }
    }
}
