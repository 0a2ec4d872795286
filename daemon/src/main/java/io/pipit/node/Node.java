package io.pipit.node;

import io.pipit.coap.CoapEndpoints;
import io.pipit.coap.CoapPeerLinks;
import io.pipit.coap.NetworkEndpoint;
import io.pipit.config.Configuration;
import io.pipit.core.Core;
import io.pipit.discovery.Discovery;
import io.pipit.drivers.Drivers;
import io.pipit.host.BoundedInbox;
import io.pipit.host.NodeLoop;
import io.pipit.host.Relay;
import io.pipit.host.SystemTime;
import io.pipit.host.Threads;
import io.pipit.http.MetricsServer;
import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.monitor.Problems;
import io.pipit.node.acting.NodeActuators;
import io.pipit.node.doctor.NodeDoctor;
import io.pipit.node.doctor.Ways;
import io.pipit.node.mqtt.NodeMqtt;
import io.pipit.node.page.NodePage;
import io.pipit.node.pairing.NodePairing;
import io.pipit.node.rules.NodeRules;
import io.pipit.node.trust.Clones;
import io.pipit.node.trust.FormerKey;
import io.pipit.node.trust.Handing;
import io.pipit.node.trust.Keys;
import io.pipit.node.trust.Renewal;
import io.pipit.port.Entropy;
import io.pipit.port.Inbox;
import io.pipit.port.ReadingStore;
import io.pipit.resource.ResourceTree;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.pairing.PairingResources;
import io.pipit.resource.rules.RuleResources;
import io.pipit.sampling.DriverProbe;
import io.pipit.sampling.Sampler;
import io.pipit.store.SqliteStore;
import io.pipit.tcp.EventLoop;
import io.pipit.tcp.MonitorServer;
import io.pipit.tcp.TcpBulkLinks;
import io.pipit.tcp.TcpMeetings;
import io.pipit.tcp.TcpNetwork;
import io.pipit.tcp.TcpPeerLinks;
import io.pipit.tcp.UnixSocketServer;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.wire.Format;
import io.pipit.wire.SliceCodec;
import io.pipit.wire.compact.CompactSlice;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: makes the parts, each on those before it, and closes them in reverse. Started,
 * changed and closed by one thread.
 */
final class Node implements AutoCloseable {
    /** What waits for the loop gets so long when the node stops. */
    private static final Duration LOOP_STOP_MAX = Duration.ofMillis(500);

    /** Steps of handshakes over TCP that wait for their turn. */
    private static final int HANDSHAKES_WAITING_MAX = 256;

    /** Looks at the card that wait for their turn. */
    private static final int EXAMINATIONS_MAX = 4;

    /** Services on the network that wait to be resolved. */
    private static final int SERVICES_WAITING_MAX = 64;

    /** Requests for the numbers that wait for their turn. */
    private static final int METRICS_WAITING_MAX = 8;

    private static final String STORE_FILE = "pipit.db";
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final SystemTime time = new SystemTime();
    private final Metrics metrics = new Metrics();
    private final Health health = new Health();
    private final Threads threads =
            new Threads(metrics.counter("pipit_threads_died", "Tasks that ended by an exception"));
    private final BoundedInbox inbox = new BoundedInbox(time, metrics);
    private final Deque<AutoCloseable> closings = new ArrayDeque<>();
    private final TrustStore trust;
    private final Renewal renewal;
    private final Storage storage;
    private final NodeLoop loop;
    private final Sampler sampler;
    private final NodeRules rules;
    private final DriverCatalogue catalogue;
    private final NodeActuators actuators;
    private final NodeMqtt mqtt;
    private volatile Settings settings;

    /**
     * Starts it; when this returns its endpoints are bound, and its store is open or known not to
     * be to be had now.
     *
     * @throws IOException where something that it can't do without isn't to be had, and what to do;
     *     nothing is left open then
     * @throws IdentityException where its key can't be read
     */
    static Node start(Configuration configuration, Drivers drivers)
            throws IOException, IdentityException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return new Node(new Settings(configuration), drivers, opened);
        } catch (IOException | IdentityException | RuntimeException e) {
            close(opened);
            throw e;
        }
    }

    private Node(Settings settings, Drivers drivers, Deque<AutoCloseable> opened)
            throws IOException, IdentityException {
        this.settings = settings;
        Configuration.Node node = settings.configuration().node();
        SecureRandom random = new SecureRandom();
        Entropy entropy = random::nextLong;
        ScheduledExecutorService timer = threads.timer("timer");
        opened.push(timer::shutdownNow);

        Identity identity = Identity.loadOrCreate(node.dataDir());
        NodeId self = identity.id();
        trust = TrustStore.open(node.dataDir(), self, node.name(), settings.peers());
        Renewal.settle(node.dataDir(), trust);

        storage =
                new Storage(
                        node.dataDir().resolve(STORE_FILE),
                        storeSettings(self, settings.configuration().store())
                                .after(trust.statements().successions()),
                        new SqliteStore.Ports(
                                id ->
                                        id.equals(self)
                                                ? Optional.of(node.name())
                                                : trust.find(id).map(Peer::name),
                                inbox,
                                time,
                                threads.named("store"),
                                health,
                                metrics,
                                entropy),
                        threads.timer("store-open"));
        opened.push(storage);
        ReadingStore.Recovered recovered = storage.writing().recovered();

        Clones clones = new Clones(health, time, metrics);
        NodePeers peers = new NodePeers(trust, identity, clones, time, timer);
        Relay toCore = new Relay();
        sampler = new Sampler(carried(inbox, toCore), time, threads.named("bus"), health, metrics);
        NodeFiles files =
                new NodeFiles(
                        settings.configuration().files(),
                        node.dataDir(),
                        inbox,
                        time,
                        time.bootId(),
                        threads.named("files"),
                        health,
                        metrics);
        opened.push(files);
        actuators =
                new NodeActuators(
                        new NodeActuators.Self(self, node.name(), recovered),
                        settings.configuration().actuators(),
                        node.dataDir(),
                        trust::list,
                        carried(inbox, toCore),
                        time,
                        new NodeActuators.Runners(threads.named("output"), threads.timer("acts")),
                        health,
                        metrics);
        opened.push(actuators);
        AtomicReference<NodeDoctor.Patient> patient = new AtomicReference<>();
        ExecutorService examinations = threads.occasional("doctor", EXAMINATIONS_MAX);
        opened.push(examinations::shutdownNow);
        ResourceTree resources =
                new ResourceTree(
                        new ResourceTree.Self(
                                self,
                                node.name(),
                                recovered.log(),
                                recovered.boot(),
                                random.nextLong()),
                        storage.reading(),
                        inbox,
                        time,
                        health,
                        metrics,
                        peers,
                        sampler,
                        actuators.resources(),
                        files.resources((task, nanos) -> {
                            var _ = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
                        }),
                        new NodeDoctor(
                                self,
                                node.dataDir(),
                                health,
                                sampler,
                                patient::get,
                                time,
                                examinations),
                        timer);

        NodePairing pairing =
                new NodePairing(
                        identity, node.name(), trust, time, random, threads, timer, metrics);
        opened.push(pairing::stop);
        Resources all = new RuleResources(new PairingResources(resources, pairing), inbox, time);

        // The protocol may block in a send: so only its receivers go on with what they bring to it.
        Relay toProtocol = new Relay();
        CoapEndpoints coap =
                new CoapEndpoints(
                        all,
                        threads.relayed("coap", toProtocol, toCore, metrics),
                        received -> toCore.execute(() -> toProtocol.execute(received)),
                        time,
                        metrics);
        opened.push(coap);
        KeyPair key = new KeyPair(identity.publicKey(), identity.privateKey());
        NetworkEndpoint network =
                coap.openNetwork(
                        settings.listen(), key, id -> trust.find(id).orElse(null), pairing::isOpen);
        EventLoop connections = new EventLoop(threads.named("tcp"));
        opened.push(connections);
        ExecutorService handshakes = threads.occasional("tls", HANDSHAKES_WAITING_MAX);
        opened.push(handshakes::shutdownNow);
        TcpNetwork tcp =
                new TcpNetwork(
                        self,
                        identity.privateKey(),
                        identity::certificate,
                        id -> trust.find(id).orElse(null),
                        pairing::isOpen,
                        all,
                        handshakes,
                        metrics,
                        connections);
        opened.push(tcp);
        for (InetSocketAddress address : network.addresses()) {
            tcp.listen(address);
        }
        TcpMeetings meetings = new TcpMeetings(connections, tcp);
        // A timer of its own: asking for a name may take long, and others' deadlines can't wait.
        ScheduledExecutorService lookUps = threads.timer("names");
        opened.push(lookUps::shutdownNow);
        Keys keys = new Keys(trust, timer);
        ScheduledExecutorService finding = threads.timer("discovery");
        opened.push(finding::shutdownNow);
        Discovery discovery =
                new Discovery(
                        settings.discovery(self, network.addresses()),
                        new Discovery.Threads(
                                finding,
                                lookUps,
                                threads.occasional("dns-sd", SERVICES_WAITING_MAX),
                                threads.named("multicast")),
                        time,
                        entropy,
                        health,
                        metrics);
        opened.push(discovery);
        pairing.reachedBy(network, coap.meetings(key), tcp, meetings, discovery);
        CoapPeerLinks links =
                new CoapPeerLinks(
                        coap,
                        network,
                        discovery,
                        keys.seeing(inbox),
                        (format, pack) ->
                                format == CompactSlice.CONTENT_FORMAT
                                        ? CompactSlice.decode(pack)
                                        : SliceCodec.decode(pack, Format.CBOR),
                        time);
        // Where a peer was heard over UDP it listens on TCP, too.
        Function<NodeId, List<InetSocketAddress>> addresses =
                id -> {
                    Set<InetSocketAddress> known = new LinkedHashSet<>();
                    InetSocketAddress heard = links.statusOf(id).address();
                    if (heard != null) {
                        known.add(heard);
                    }
                    known.addAll(discovery.of(id));
                    return List.copyOf(known);
                };
        TcpPeerLinks tcpLinks =
                new TcpPeerLinks(
                        connections,
                        tcp,
                        addresses,
                        keys.seeing(carried(inbox, toCore)),
                        time,
                        metrics);
        peers.reachedBy(links, tcpLinks, discovery);
        actuators.reachedBy(links, tcpLinks);
        discovery.reachedBy(new NodeReach(links, tcpLinks));
        mqtt =
                new NodeMqtt(
                        self,
                        node.dataDir(),
                        trust,
                        storage.reading(),
                        recovered.cursors(),
                        actuators,
                        new NodeMqtt.Host(inbox, time, entropy, threads, health, metrics));
        patient.set(new Ways(trust, network, discovery, links, tcpLinks, mqtt));
        List<Handing.Way> ways = new ArrayList<>(List.of(links::tell, tcpLinks::tell));
        Optional<Identity> before = Identity.previous(node.dataDir());
        if (before.isPresent()) {
            FormerKey former =
                    new FormerKey(
                            before.get(),
                            trust,
                            addresses,
                            resources,
                            handshakes,
                            connections,
                            time);
            opened.push(former);
            ways.add(former);
        }
        Handing handing =
                new Handing(random.nextLong(), trust::statements, ways, timer, time, metrics);
        keys.handOnBy(handing);
        renewal = new Renewal(node.dataDir(), identity, trust, handing, timer, time);
        peers.renewedBy(renewal, keys::used);

        TcpBulkLinks bulk = new TcpBulkLinks(connections, tcp, addresses, inbox, time, metrics);
        files.reachedBy(bulk);

        Core core =
                new Core(
                        self,
                        node.name(),
                        time,
                        entropy,
                        storage.writing(),
                        links,
                        tcpLinks,
                        health,
                        metrics);
        core.start();
        rules =
                new NodeRules(
                        self,
                        node.name(),
                        id -> trust.find(id).map(Peer::name).orElse(null),
                        core::isHeard,
                        time,
                        entropy,
                        actuators,
                        inbox,
                        health,
                        metrics);
        rules.want(settings.configuration().rules());
        loop =
                new NodeLoop(
                        inbox,
                        new CoreLoop(
                                core,
                                files.transfers(bulk, entropy, time, metrics),
                                actuators.leases(),
                                actuators.lists(),
                                rules,
                                () -> {
                                    sampler.watch();
                                    actuators.watch();
                                }),
                        time,
                        threads.named("node-loop"),
                        toCore,
                        metrics);
        // What it still has to say must find the store open.
        opened.push(() -> loop.stop(LOOP_STOP_MAX));
        opened.push(mqtt);

        catalogue =
                new DriverCatalogue(
                        drivers,
                        settings.configuration().hardware().provider(),
                        node.dataDir(),
                        DriverProbe.clock(time),
                        threads.named("gpio-edges"),
                        self.hashCode());
        opened.push(catalogue);
        opened.push(actuators::rest);
        opened.push(sampler);

        Problems problems = new Problems(health);
        Membership membership =
                new Membership(
                        trust,
                        () -> this.settings,
                        storage::isDurable,
                        inbox,
                        problems,
                        new Membership.Ways(
                                discovery,
                                links,
                                resources,
                                id -> {
                                    links.forget(id);
                                    tcpLinks.forget(id);
                                    bulk.forget(id);
                                }));
        trust.onChange(membership::know);
        trust.onChange(now -> {
            keys.know(now);
            clones.know(Set.copyOf(now.stream().map(Peer::id).toList()));
        });
        keys.know(trust.list());
        membership.know(trust.list());
        problems.tell(Part.SENSORS, "drivers", drivers.problems());
        loop.start();
        files.start();
        sampler.apply(catalogue.specs(settings.configuration().sensors()));
        actuators.apply(settings.configuration().actuators(), catalogue.hardware());

        InetSocketAddress monitor = coap.openMonitor(settings.monitor(), settings.monitorGrants());
        MonitorServer monitorTcp =
                new MonitorServer(resources, settings.monitorGrants(), metrics, connections);
        opened.push(monitorTcp);
        monitorTcp.start(monitor);
        UnixSocketServer socket =
                new UnixSocketServer(node.runDir(), all, SessionLimits.LOCAL, metrics, connections);
        socket.start();
        opened.push(socket);
        settings.metrics().ifPresent(address -> serveMetrics(address, opened));
        mqtt.apply(settings.configuration());
        settings.page()
                .ifPresent(address ->
                        opened.push(
                                new NodePage(address, resources, time, metrics, threads, timer)));
        discovery.start();
        // Who found no daemon to ask until now may have changed the list meanwhile.
        trust.reload();
        closings.addAll(opened);
        LOG.info("{} is node {}: {}", node.name(), self, status());
    }

    /** Who can't be asked for its numbers is a node all the same. */
    private void serveMetrics(InetSocketAddress address, Deque<AutoCloseable> opened) {
        ExecutorService answers = threads.occasional("metrics", METRICS_WAITING_MAX);
        opened.push(answers::shutdownNow);
        try {
            opened.push(new MetricsServer(address, metrics, answers));
        } catch (IOException e) {
            LOG.error(
                    "[metrics] http = {} isn't to be had ({}): another program's? Nobody is answered"
                            + " there until the next start",
                    address,
                    e.getMessage());
        }
    }

    private SqliteStore.Settings storeSettings(NodeId self, Configuration.Store store) {
        return new SqliteStore.Settings(
                        self, time.bootId(), store.commitEvery(), store.keep(), store.maxSize())
                .within(store.writeBudget());
    }

    /** Whoever offers something to it goes on with it. */
    private static Inbox carried(Inbox inbox, Relay onwards) {
        return event -> {
            boolean[] taken = new boolean[1];
            onwards.execute(() -> taken[0] = inbox.offer(event));
            return taken[0];
        };
    }

    /**
     * Takes over another configuration while running: sensors, actuators, peers, roles,
     * subscriptions, rules and the bridge to MQTT; what didn't change goes on undisturbed.
     *
     * @return what else differs and takes a restart; empty where nothing does
     */
    List<String> apply(Configuration changed) {
        Configuration old = settings.configuration();
        settings = new Settings(changed);
        sampler.apply(catalogue.specs(settings.configuration().sensors()));
        actuators.apply(settings.configuration().actuators(), catalogue.hardware());
        rules.want(changed.rules());
        // Tells whoever listens, so that what is wanted is asked for even of the same peers.
        trust.configure(settings.peers());
        mqtt.apply(changed);
        List<String> later = new ArrayList<>();
        if (!old.node().equals(changed.node())) {
            later.add("[node]");
        }
        if (!old.coap().equals(changed.coap())) {
            later.add("[coap]");
        }
        if (!old.discovery().equals(changed.discovery())) {
            later.add("[discovery]");
        }
        if (!old.store().equals(changed.store())) {
            later.add("[store]");
        }
        if (!old.metrics().equals(changed.metrics())) {
            later.add("[metrics]");
        }
        if (!old.page().equals(changed.page())) {
            later.add("[page]");
        }
        if (!old.files().equals(changed.files())) {
            later.add("[files]");
        }
        if (!old.hardware().equals(changed.hardware())) {
            later.add("[hardware]");
        }
        return later;
    }

    /** A counter of the program around the node. */
    Counter counter(String name, String help) {
        return metrics.counter(name, help);
    }

    /** The node in a few words. */
    String status() {
        Configuration configuration = settings.configuration();
        return "%d sensors, %d peers"
                .formatted(configuration.sensors().size(), trust.list().size());
    }

    /** The same, and what is wrong with which part. */
    String condition() {
        StringBuilder text = new StringBuilder(status());
        health.parts()
                .forEach((part, condition) -> {
                    if (condition.status().compareTo(Status.DEGRADED) >= 0) {
                        text.append("; ").append(part).append(' ').append(condition.status());
                        text.append(": ").append(condition.reason());
                    }
                });
        return text.toString();
    }

    /**
     * Whether neither the loop nor the store's writer has been at one thing for longer than this.
     */
    boolean isGettingOn(Duration stallMax) {
        return loop.busyNanos() < stallMax.toNanos()
                && time.monotonicNanos() - storage.lastProgressNanos() < stallMax.toNanos();
    }

    /** Completes, with what is wrong, when the store's file turns out to be damaged. */
    CompletionStage<String> damaged() {
        return storage.damaged();
    }

    /** Completes when a store that couldn't be opened can be: this node is to be started anew. */
    CompletionStage<Void> storeMended() {
        return storage.mended();
    }

    /** Completes when this node is to be started anew with another key. */
    CompletionStage<Void> renewed() {
        return renewal.done();
    }

    /** As it was last taken over. */
    Configuration configuration() {
        return settings.configuration();
    }

    /** Ends it: no new readings, what there is committed, all closed. */
    @Override
    public void close() {
        close(closings);
    }

    private static void close(Deque<AutoCloseable> opened) {
        for (AutoCloseable part = opened.poll(); part != null; part = opened.poll()) {
            try {
                part.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("while stopping: {}", e.toString());
            }
        }
    }
}
