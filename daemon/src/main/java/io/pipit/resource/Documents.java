package io.pipit.resource;

import io.pipit.model.Grant.Role;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.CoreStatus;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.TimeSource;
import io.pipit.resource.Call.Refusal;
import io.pipit.resource.ResourceTree.Self;
import io.pipit.resource.doctor.Doctor;
import io.pipit.resource.doctor.Doctor.Finding;
import io.pipit.resource.exchange.Request;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the node says of itself and its peers, in JSON or CBOR: {@code /health}, {@code /peers},
 * {@code /doctor}, by trying; and {@code /metrics} in its own form. What may block runs on the
 * executor that is handed in.
 */
final class Documents {
    private static final int TEXT = 0;

    /** Peers whose whereabouts may be asked for at a time. */
    private static final int WHERE_MAX = 8;

    private static final double NANOS_PER_SECOND = 1e9;

    private final Self self;
    private final Health health;
    private final Metrics metrics;
    private final Peers peers;
    private final Inbox inbox;
    private final TimeSource time;
    private final Observations observations;
    private final Executor executor;
    private final Doctor doctor;
    private final AtomicBoolean examining = new AtomicBoolean();

    Documents(
            Self self,
            Health health,
            Metrics metrics,
            Peers peers,
            Inbox inbox,
            TimeSource time,
            Observations observations,
            Executor executor,
            Doctor doctor) {
        this.self = self;
        this.health = health;
        this.metrics = metrics;
        this.peers = peers;
        this.inbox = inbox;
        this.time = time;
        this.observations = observations;
        this.executor = executor;
        this.doctor = doctor;
    }

    /** {@code /health}. */
    void health(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        call.require(Role.MONITOR, "health");
        call.knows(Set.of());
        Format format = call.document();
        Object order = new Object();
        Runnable tell =
                () -> {
                    // So that what is said last is what was true last.
                    synchronized (order) {
                        call.content(format.document(), Document.write(condition(), format));
                    }
                };
        if (call.request().observe()) {
            observations.open(
                    call,
                    caller -> caller.may(Role.MONITOR, "health"),
                    () -> {
                        health.onChange(tell);
                        return true;
                    },
                    () -> health.forget(tell));
        }
        tell.run();
    }

    private Map<String, Object> condition() {
        var parts = new LinkedHashMap<String, Object>();
        health.parts()
                .forEach((part, condition) -> {
                    var fields = new LinkedHashMap<String, Object>();
                    fields.put("status", condition.status().toString());
                    if (!condition.reason().isEmpty()) {
                        fields.put("reason", condition.reason());
                    }
                    parts.put(part.toString(), fields);
                });
        var document = new LinkedHashMap<String, Object>();
        document.put("status", health.status().toString());
        document.put("parts", parts);
        return document;
    }

    /** {@code /metrics}. */
    void metrics(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        call.require(Role.MONITOR, "metrics");
        call.knows(Set.of());
        call.acceptOnly(TEXT);
        call.contentOnce(TEXT, metrics.openMetrics());
    }

    /** {@code /peers}. */
    void peers(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        call.require(Role.MONITOR, "peers");
        call.knows(Set.of("where"));
        Format format = call.document();
        List<String> asked = call.values("where");
        if (!asked.isEmpty()) {
            call.contentOnce(format.document(), Document.write(whereabouts(asked), format));
            return;
        }
        Runnable tell = () -> tellPeers(call, format);
        if (call.request().observe()) {
            observations.open(
                    call,
                    caller -> caller.may(Role.MONITOR, "peers"),
                    () -> {
                        peers.onChange(tell);
                        return true;
                    },
                    () -> peers.forget(tell));
        }
        tell.run();
    }

    /**
     * Where peers proved to be whom the caller names by their IDs: who doesn't know an ID learns
     * nothing of it here.
     */
    private Map<String, Object> whereabouts(List<String> asked) throws Refusal {
        if (asked.size() > WHERE_MAX) {
            throw Call.bad("more than " + WHERE_MAX + " peers at a time");
        }
        Set<NodeId> known = new LinkedHashSet<>(peers.list().stream().map(Peer::id).toList());
        var found = new ArrayList<Map<String, Object>>();
        for (String text : asked) {
            NodeId id =
                    NodeId.parse(text)
                            .orElseThrow(() -> Call.bad("where is no node ID: '" + text + "'"));
            List<String> addresses =
                    known.contains(id)
                            ? peers.provedAt(id).stream().map(Documents::literal).toList()
                            : List.of();
            if (!addresses.isEmpty()) {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("id", id.toString());
                fields.put("addresses", addresses);
                found.add(fields);
            }
        }
        return Map.of("peers", found);
    }

    private static String literal(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private void tellPeers(Call call, Format format) {
        var asked = new CompletableFuture<CoreStatus>();
        // Not on the node loop, which gives the answer.
        var _ =
                asked.thenAcceptAsync(
                                status ->
                                        call.content(
                                                format.document(),
                                                Document.write(peers(status), format)),
                                executor)
                        .exceptionally(error -> {
                            call.fail(error);
                            return null;
                        });
        if (!inbox.offer(new Event.StatusAsked(asked))) {
            asked.completeExceptionally(Refusal.busy("the node is too busy to say how it stands"));
        }
    }

    private Map<String, Object> peers(CoreStatus status) {
        Map<Path, Map<NodeId, Peers.Link>> links = new EnumMap<>(Path.class);
        for (Path path : Path.values()) {
            links.put(path, peers.links(path));
        }
        Map<NodeId, String> clones = peers.clones();
        var all = new ArrayList<Map<String, Object>>();
        for (Peer peer : peers.list()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("name", peer.name());
            fields.put("id", peer.id().toString());
            List<CoreStatus.Subscription> wanted =
                    status.subscriptions().stream()
                            .filter(s -> s.peer().equals(peer.id()))
                            .toList();
            Path path = wanted.isEmpty() ? Path.UDP : wanted.getFirst().path();
            String cloned = clones.get(peer.id());
            if (cloned != null) {
                fields.put("cloned", cloned);
            }
            link(fields, peer, path, links.getOrDefault(path, Map.of()).get(peer.id()));
            standing(fields, peer.id(), wanted, status);
            all.add(fields);
        }
        var document = new LinkedHashMap<String, Object>();
        document.put("id", self.id().toString());
        document.put("name", self.name());
        document.put("log", status.log().toString());
        document.put("last", status.lastSequence());
        document.put("peers", all);
        document.put("discovery", peers.rungs().stream().map(Documents::rung).toList());
        return document;
    }

    private static Map<String, Object> rung(Peers.Rung rung) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("by", rung.name());
        fields.put("status", rung.status());
        if (!rung.reason().isEmpty()) {
            fields.put("reason", rung.reason());
        }
        fields.put("found", rung.found());
        return fields;
    }

    private void link(Map<String, Object> fields, Peer peer, Path path, Peers.@Nullable Link link) {
        fields.put("reachable", link != null && link.reachable());
        InetSocketAddress address =
                link != null && link.address() != null ? link.address() : peer.address();
        if (address != null) {
            fields.put("address", text(address));
        }
        String found = peers.foundBy(peer.id());
        if (!found.isEmpty()) {
            fields.put("found-by", found);
        }
        if (link == null) {
            return;
        }
        fields.put("transport", path.name().toLowerCase(Locale.ROOT));
        if (link.roundTripP50Micros() > 0) {
            fields.put("rtt-p50-ms", link.roundTripP50Micros() / 1e3);
            fields.put("rtt-p99-ms", link.roundTripP99Micros() / 1e3);
        }
        fields.put("loss", Math.round(link.loss() * 1e4) / 1e4);
        if (!link.lastError().isEmpty()) {
            fields.put("last-error", link.lastError());
        }
    }

    /** What this node wants of the peer, in sum and one by one, and what that wants of this one. */
    private void standing(
            Map<String, Object> fields,
            NodeId peer,
            List<CoreStatus.Subscription> wanted,
            CoreStatus status) {
        if (!wanted.isEmpty()) {
            String reason = wanted.getFirst().reason();
            if (!reason.isEmpty()) {
                fields.put("reason", reason);
            }
            fields.put("live", wanted.stream().allMatch(CoreStatus.Subscription::live));
            fields.put("repairing", wanted.stream().anyMatch(CoreStatus.Subscription::repairing));
            fields.put("behind", wanted.stream().mapToLong(s -> s.head() - s.committed()).sum());
            fields.put("received", sum(wanted, CoreStatus.Subscription::received));
            fields.put("repaired", sum(wanted, CoreStatus.Subscription::repaired));
            fields.put("gone", sum(wanted, CoreStatus.Subscription::gone));
            fields.put("subscriptions", wanted.stream().map(this::subscription).toList());
        }
        List<Map<String, Object>> subscribers =
                status.subscribers().stream()
                        .filter(s -> s.peer().equals(peer))
                        .map(s -> {
                            var one = new LinkedHashMap<String, Object>();
                            one.put("series", s.filter().patterns());
                            one.put("held", s.held());
                            one.put("behind", s.behind());
                            return (Map<String, Object>) one;
                        })
                        .toList();
        if (!subscribers.isEmpty()) {
            fields.put("subscribers", subscribers);
        }
    }

    private static long sum(
            List<CoreStatus.Subscription> wanted,
            java.util.function.ToLongFunction<CoreStatus.Subscription> of) {
        return wanted.stream().mapToLong(of).sum();
    }

    private Map<String, Object> subscription(CoreStatus.Subscription wanted) {
        var one = new LinkedHashMap<String, Object>();
        one.put("series", wanted.filter().patterns());
        if (wanted.log() != null) {
            one.put("log", wanted.log().toString());
        }
        one.put("cursor", wanted.cursor());
        one.put("committed", wanted.committed());
        one.put("head", wanted.head());
        one.put("live", wanted.live());
        one.put("repairing", wanted.repairing());
        if (wanted.lastHeardNanos() != 0) {
            double seconds = (time.monotonicNanos() - wanted.lastHeardNanos()) / NANOS_PER_SECOND;
            one.put("heard-seconds-ago", Math.round(seconds * 1e3) / 1e3);
        }
        return one;
    }

    /** {@code /doctor}: one examination at a time, since it speaks to all peers. */
    void doctor(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        call.knows(Set.of());
        Format format = call.document();
        if (!examining.compareAndSet(false, true)) {
            throw Refusal.busy("somebody else has the node examined just now; try again");
        }
        call.whenDone(
                doctor.examine().whenComplete((findings, error) -> examining.set(false)),
                findings ->
                        call.contentOnce(
                                format.document(), Document.write(document(findings), format)));
    }

    private static Map<String, Object> document(List<Finding> findings) {
        List<Object> all = new ArrayList<>();
        for (Finding finding : findings) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("part", finding.part());
            fields.put("what", finding.what());
            fields.put("state", finding.state().toString());
            fields.put("says", finding.says());
            if (!finding.remedy().isEmpty()) {
                fields.put("remedy", finding.remedy());
            }
            all.add(fields);
        }
        return Map.of("findings", all);
    }

    static String text(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
