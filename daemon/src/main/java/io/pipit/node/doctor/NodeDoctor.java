package io.pipit.node.doctor;

import io.pipit.coap.CoapPeerLinks;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Condition;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.port.SensorStatus;
import io.pipit.port.TimeSource;
import io.pipit.resource.doctor.Doctor;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Examines a running node: its clock, its card, its sensors, its sockets, how it finds others, and
 * the way to each peer over UDP and over TCP. Thread-safe.
 */
public final class NodeDoctor implements Doctor {
    /** How long a peer may take to answer, seconds; what asks must have more patience. */
    public static final int PEER_SECONDS_MAX = 8;

    private static final double NANOS_PER_MILLI = 1e6;

    /** What the doctor looks at, of a node that is still being made when the doctor is. */
    public interface Patient {
        /** Whom it trusts. */
        List<Peer> peers();

        /** Where it listens. */
        List<InetSocketAddress> listening();

        /** How it looks for others, a finding for each way. */
        List<Finding> discovery();

        /** Tries the MQTT broker; nothing where there is none. */
        default CompletionStage<List<Finding>> bridge() {
            return CompletableFuture.completedFuture(List.of());
        }

        /**
         * Asks a peer over UDP for a sign of life.
         *
         * @return nanoseconds that it took; fails with the reason
         */
        CompletionStage<Long> pingOverUdp(NodeId peer);

        /** The same over TCP. */
        CompletionStage<Long> pingOverTcp(NodeId peer);
    }

    private final NodeId self;
    private final Card card;
    private final Health health;
    private final SensorStatus.Source sensors;
    private final Supplier<Patient> patient;
    private final Executor executor;

    /**
     * @param dataDirectory on the card
     * @param patient asked for once the node has started
     * @param executor for what waits for the card
     */
    public NodeDoctor(
            NodeId self,
            Path dataDirectory,
            Health health,
            SensorStatus.Source sensors,
            Supplier<Patient> patient,
            TimeSource time,
            Executor executor) {
        this.self = self;
        this.card = new Card(dataDirectory, time);
        this.health = health;
        this.sensors = sensors;
        this.patient = patient;
        this.executor = executor;
    }

    @Override
    public CompletionStage<List<Finding>> examine() {
        Patient node = patient.get();
        List<CompletableFuture<List<Finding>>> tries = new ArrayList<>();
        tries.add(CompletableFuture.completedFuture(List.of(clock())));
        tries.add(CompletableFuture.supplyAsync(this::storage, executor));
        tries.add(CompletableFuture.completedFuture(sensors()));
        tries.add(CompletableFuture.completedFuture(sockets(node)));
        tries.add(CompletableFuture.completedFuture(node.discovery()));
        tries.add(node.bridge().toCompletableFuture());
        List<Peer> peers = node.peers();
        for (Peer peer : peers) {
            tries.add(ping(peer, "UDP", node::pingOverUdp));
            tries.add(ping(peer, "TCP", node::pingOverTcp));
        }
        if (peers.isEmpty()) {
            tries.add(
                    CompletableFuture.completedFuture(
                            List.of(
                                    new Finding(
                                            "peer",
                                            "peers",
                                            State.OFF,
                                            "this node knows no other",
                                            "'pipit pair open' here, and what that prints on the other board"))));
        }
        return CompletableFuture.allOf(tries.toArray(CompletableFuture[]::new))
                .thenApply(
                        ignored -> tries.stream().flatMap(each -> each.join().stream()).toList());
    }

    private Finding clock() {
        Condition clock = health.parts().getOrDefault(Part.CLOCK, unknown());
        return clock.status() == Status.OK
                ? Finding.ok("clock", "clock", "synchronised")
                : new Finding(
                        "clock",
                        "clock",
                        State.DOUBTFUL,
                        clock.reason().isEmpty() ? "not known yet" : clock.reason(),
                        "'timedatectl set-ntp true', or install chrony; until then readings keep the order and distance that they were taken at");
    }

    private List<Finding> storage() {
        Condition store = health.parts().getOrDefault(Part.STORE, unknown());
        Finding kept =
                store.status() == Status.OK
                        ? Finding.ok("store", "readings", "kept in the store")
                        : new Finding(
                                "store",
                                "readings",
                                store.status() == Status.FAILED ? State.FAILED : State.DOUBTFUL,
                                store.reason().isEmpty()
                                        ? "the store is " + store.status()
                                        : store.reason(),
                                "see what 'journalctl -u pipit' says of the store; what was read meanwhile is kept in memory as far as it has room");
        List<Finding> all = new ArrayList<>();
        all.add(kept);
        all.addAll(card.examine());
        return all;
    }

    private List<Finding> sensors() {
        List<Finding> all = new ArrayList<>();
        for (SensorStatus sensor : sensors.statuses()) {
            String what = "sensor " + sensor.sensor();
            if (!sensor.state().isBad()) {
                all.add(
                        Finding.ok(
                                "sensor",
                                what,
                                sensor.readings() == 0
                                        ? "not read yet"
                                        : "read " + sensor.readings() + " times"));
            } else {
                all.add(
                        new Finding(
                                "sensor",
                                what,
                                State.FAILED,
                                sensor.state().toString() + ": " + sensor.reason(),
                                "'pipit sensors --scan' looks what is connected and which permission is missing"));
            }
        }
        return all;
    }

    private static List<Finding> sockets(Patient node) {
        List<Finding> all = new ArrayList<>();
        for (InetSocketAddress address : node.listening()) {
            all.add(Finding.ok("port", "port " + text(address), "open for peers over UDP and TCP"));
        }
        return all;
    }

    private CompletableFuture<List<Finding>> ping(
            Peer peer, String path, Function<NodeId, CompletionStage<Long>> way) {
        String what = peer.name() + " over " + path;
        return way.apply(peer.id())
                .toCompletableFuture()
                .copy()
                .orTimeout(PEER_SECONDS_MAX, TimeUnit.SECONDS)
                .handle((nanos, error) ->
                        List.of(
                                error == null
                                        ? Finding.ok(
                                                "peer",
                                                what,
                                                String.format(
                                                        Locale.ROOT,
                                                        "answered within %.1f ms",
                                                        nanos / NANOS_PER_MILLI))
                                        : unreachable(what, path, reason(error))));
    }

    private static String reason(Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        if (cause instanceof TimeoutException) {
            return "no answer within " + PEER_SECONDS_MAX + " s";
        }
        String said = cause == null ? null : cause.getMessage();
        return said == null ? String.valueOf(cause) : said;
    }

    private Finding unreachable(String what, String path, String reason) {
        return new Finding("peer", what, State.FAILED, reason, remedy(path, reason));
    }

    private String remedy(String path, String reason) {
        if (reason.contains("no address known")) {
            return "nobody found it: is it switched on, and does it run pipit? In another network it needs 'pipit peer add ID --address HOST' here";
        }
        if (reason.contains("doesn't know this node")) {
            return "pair the two again, or 'pipit peer add " + self + "' there";
        }
        if (reason.contains("another node answers")) {
            return "its address belongs to another board now, or its card was changed: pair with it again";
        }
        if (reason.contains(CoapPeerLinks.NOT_SENT)) {
            return "a firewall on this machine keeps it back, or the service's own filter, which reaches the networks of a house alone: 'systemctl edit pipit', [Service], IPAddressAllow=ADDRESS, then 'systemctl restart pipit'";
        }
        if (reason.contains("refused")) {
            return "the board is there, pipit isn't: 'systemctl status pipit' there";
        }
        return "is it switched on? If so, a firewall between the two has to let %s port 5684 through"
                .formatted(path);
    }

    private static Condition unknown() {
        return new Condition(Status.OFF, "");
    }

    /** As people write it. */
    static String text(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
