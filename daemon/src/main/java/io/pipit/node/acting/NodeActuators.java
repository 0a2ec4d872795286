package io.pipit.node.acting;

import io.pipit.acting.ActFile;
import io.pipit.acting.HardwareOutputs;
import io.pipit.acting.OutletSpec;
import io.pipit.coap.CoapPeerLinks;
import io.pipit.config.Configuration;
import io.pipit.config.text.Spelling;
import io.pipit.core.acting.Leases;
import io.pipit.core.acting.PeerLists;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.output.OutputDriver;
import io.pipit.drivers.output.OutputDriver.Span;
import io.pipit.drivers.output.OutputDrivers;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.node.acting.PeerWrites.Way;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.ReadingStore;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.acting.Actuators;
import io.pipit.port.acting.Order;
import io.pipit.port.acting.Order.Origin;
import io.pipit.port.acting.Orders;
import io.pipit.port.acting.Outlet;
import io.pipit.port.acting.Verdict;
import io.pipit.port.acting.Verdict.Kind;
import io.pipit.resource.ResourceTree;
import io.pipit.resource.exchange.Answer;
import io.pipit.resource.exchange.Asked;
import io.pipit.tcp.TcpPeerLinks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The actuators of one run of the node, and the way to its peers'. Made, changed and closed by one
 * thread; set and listed on any.
 */
public final class NodeActuators implements Actuators, Orders, AutoCloseable {
    private static final String FILE = "actuators.jsonl";

    /**
     * Who this node is.
     *
     * @param name as its configuration has it
     * @param recovered its log
     */
    public record Self(NodeId id, String name, ReadingStore.Recovered recovered) {}

    /**
     * What it runs on.
     *
     * @param outputs makes the threads of outputs
     * @param disk for what waits for the disk, and nothing else
     */
    public record Runners(ThreadFactory outputs, ScheduledExecutorService disk) {}

    /** How an actuator was configured, and the generation that it had by that. */
    private record Configured(String driver, Map<String, Object> options, long generation) {}

    private final OutputDrivers drivers = OutputDrivers.builtIn();
    private final Self self;
    private final Supplier<List<Peer>> peers;
    private final Inbox inbox;
    private final TimeSource time;
    private final ScheduledExecutorService disk;
    private final ActFile file;
    private final HardwareOutputs outputs;
    private final Leases leases;
    private final PeerWrites writes;
    private final PeerLists lists;
    private final Map<String, Configured> configured = new HashMap<>();
    private long lastGeneration;

    /**
     * With these actuators, none of which is open until {@link #apply}.
     *
     * @param peers whom it knows
     * @param inbox what its outputs measure and say goes here
     */
    public NodeActuators(
            Self self,
            List<Configuration.Actuator> actuators,
            Path dataDirectory,
            Supplier<List<Peer>> peers,
            Inbox inbox,
            TimeSource time,
            Runners runners,
            Health health,
            Metrics metrics) {
        this.self = self;
        this.peers = peers;
        this.inbox = inbox;
        this.time = time;
        this.disk = runners.disk();
        file =
                new ActFile(
                        dataDirectory.resolve(FILE),
                        (task, after) -> {
                            var _ = disk.schedule(task, after.toMillis(), TimeUnit.MILLISECONDS);
                        },
                        time,
                        metrics);
        outputs = new HardwareOutputs(inbox, time, runners.outputs(), metrics);
        leases = new Leases(outputs, file, time, health, metrics);
        writes =
                new PeerWrites(
                        self.name(),
                        self.recovered().log(),
                        self.recovered().nextSequence(),
                        inbox);
        lists = new PeerLists(writes, time);
        // Who asks from the first moment on is to hear of all of them; nobody else steps it yet.
        leases.handle(new Event.Acting(new ActingEvent.Configured(outlets(actuators))));
    }

    /** What the node loop steps. */
    public Leases leases() {
        return leases;
    }

    /** Likewise. */
    public PeerLists lists() {
        return lists;
    }

    /** What the resource tree needs. */
    public ResourceTree.Acting resources() {
        return new ResourceTree.Acting(leases, file, this, lists::list);
    }

    /** The ways to the peers, which are made after the tree that it serves. */
    public void reachedBy(CoapPeerLinks udp, TcpPeerLinks tcp) {
        writes.reachedBy(
                new Way() {
                    @Override
                    public boolean reaches(NodeId peer) {
                        return udp.statusOf(peer).reachable();
                    }

                    @Override
                    public CompletionStage<Answer> ask(NodeId peer, Asked asked, Duration most) {
                        return udp.ask(peer, asked, most);
                    }
                },
                new Way() {
                    @Override
                    public boolean reaches(NodeId peer) {
                        return tcp.isReachable(peer);
                    }

                    @Override
                    public CompletionStage<Answer> ask(NodeId peer, Asked asked, Duration most) {
                        return tcp.ask(peer, asked, most);
                    }
                });
    }

    /** Looks for outputs that hang; to be called once a second or so. */
    public void watch() {
        outputs.watch();
    }

    /** These are there from now on; what didn't change goes on undisturbed. */
    public void apply(List<Configuration.Actuator> actuators, Hardware hardware) {
        List<Outlet> outlets = outlets(actuators);
        List<OutletSpec> specs = new ArrayList<>();
        for (int i = 0; i < outlets.size(); i++) {
            OutputDriver driver = driver(actuators.get(i));
            SensorSettings settings = settings(actuators.get(i), driver);
            specs.add(new OutletSpec(outlets.get(i), () -> driver.open(settings, hardware)));
        }
        // The leases first: what is opened from now on has a place then.
        inbox.offer(new Event.Acting(new ActingEvent.Configured(outlets)));
        outputs.apply(specs);
    }

    private List<Outlet> outlets(List<Configuration.Actuator> actuators) {
        List<Outlet> outlets = new ArrayList<>();
        Map<String, Configured> now = new HashMap<>();
        for (Configuration.Actuator actuator : actuators) {
            Configured before = configured.get(actuator.name());
            long generation =
                    before != null
                                    && before.driver.equals(actuator.driver())
                                    && before.options.equals(actuator.options())
                            ? before.generation
                            : ++lastGeneration;
            now.put(
                    actuator.name(),
                    new Configured(actuator.driver(), actuator.options(), generation));
            outlets.add(outlet(actuator, generation));
        }
        configured.clear();
        configured.putAll(now);
        return outlets;
    }

    private Outlet outlet(Configuration.Actuator actuator, long generation) {
        OutputDriver driver = driver(actuator);
        SensorSettings settings = settings(actuator, driver);
        Quantity quantity = driver.descriptor().quantities().getFirst();
        Span span = driver.span(settings);
        return new Outlet(
                new Actuator(
                        null,
                        actuator.name(),
                        quantity.name(),
                        quantity.unit(),
                        span.least(),
                        span.most(),
                        span.onOff(),
                        driver.safe(settings).orElse(Double.NaN)),
                generation,
                actuator.lease(),
                actuator.maxLease(),
                actuator.priority());
    }

    private OutputDriver driver(Configuration.Actuator actuator) {
        return drivers.find(actuator.driver()).orElseThrow();
    }

    private static SensorSettings settings(Configuration.Actuator actuator, OutputDriver driver) {
        try {
            return SensorSettings.of(actuator.name(), driver.descriptor(), actuator.options());
        } catch (SensorException e) {
            throw new IllegalStateException("was checked when it was loaded", e);
        }
    }

    @Override
    public CompletionStage<Outcome> set(Write write) {
        return give(write, null)
                .thenApply(verdict ->
                        verdict.isDone()
                                ? new Outcome.Done()
                                : new Outcome.Refused(
                                        verdict.reason(), verdict.kind() == Kind.HELD));
    }

    @Override
    public CompletionStage<Verdict> give(Write write, @Nullable Origin origin) {
        if (!Double.isFinite(write.value()) || write.lease().isNegative()) {
            return CompletableFuture.completedFuture(
                    new Verdict(
                            Kind.OUT_OF_RANGE,
                            "it takes a number, and a lease that isn't negative"));
        }
        String node = write.node();
        if (node == null || node.equals(self.name()) || isId(node, self.id())) {
            return own(write, origin);
        }
        Optional<Peer> peer =
                peers.get().stream()
                        .filter(each -> each.name().equals(node) || isId(node, each.id()))
                        .findFirst();
        if (peer.isEmpty()) {
            return CompletableFuture.completedFuture(
                    new Verdict(
                            Kind.UNKNOWN,
                            "no peer is called %s: %s"
                                    .formatted(
                                            node,
                                            Spelling.hint(
                                                    node,
                                                    peers.get().stream()
                                                            .map(Peer::name)
                                                            .toList()))));
        }
        String name = peer.get().name();
        return writes.set(peer.get().id(), name, write)
                .thenApply(verdict -> hinted(verdict, name, write.actuator()));
    }

    private static boolean isId(String text, NodeId id) {
        return NodeId.parse(text).filter(id::equals).isPresent();
    }

    private CompletionStage<Verdict> own(Write write, @Nullable Origin origin) {
        Order order =
                new Order(
                        write.actuator(),
                        write.value(),
                        write.lease(),
                        write.by(),
                        origin,
                        time.monotonicNanos());
        CompletableFuture<Verdict> answer = new CompletableFuture<>();
        if (!inbox.offer(new Event.Acting(new ActingEvent.Ordered(order, answer)))) {
            answer.complete(new Verdict(Kind.UNAVAILABLE, "the node is busy: try again"));
        }
        return origin == null
                ? answer.thenApply(verdict -> hinted(verdict, null, write.actuator()))
                : answer;
    }

    /** With the nearest name where there is no such actuator: not for peers, who may not know. */
    private Verdict hinted(Verdict verdict, @Nullable String node, String actuator) {
        List<String> names =
                list().stream()
                        .filter(each ->
                                node == null ? each.node() == null : node.equals(each.node()))
                        .map(Actuator::name)
                        .toList();
        String hint = Spelling.hint(actuator, names);
        return switch (verdict.kind()) {
            case UNKNOWN -> new Verdict(Kind.UNKNOWN, verdict.reason() + ": " + hint);
            // Who may set some there is told of no others; it may know better, though.
            case FORBIDDEN ->
                    names.isEmpty() || names.contains(actuator)
                            ? verdict
                            : new Verdict(
                                    Kind.UNKNOWN,
                                    node + " has no actuator " + actuator + ": " + hint);
            default -> verdict;
        };
    }

    @Override
    public List<Actuator> list() {
        List<Actuator> all = new ArrayList<>();
        leases.statuses().forEach(status -> all.add(status.outlet().actuator()));
        all.addAll(lists.list());
        return all;
    }

    /** Makes all outputs safe; the loop has still to hear of it. */
    public void rest() {
        outputs.close();
    }

    /** Writes down what was done, after the loop has ended. */
    @Override
    public void close() {
        disk.shutdownNow();
        file.close();
    }
}
