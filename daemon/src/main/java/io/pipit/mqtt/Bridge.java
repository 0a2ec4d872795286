package io.pipit.mqtt;

import io.pipit.config.Configuration;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.OnceLog;
import io.pipit.mqtt.Places.Content;
import io.pipit.mqtt.broker.Broker;
import io.pipit.mqtt.broker.Broker.Connection;
import io.pipit.mqtt.broker.Broker.Limits;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.mqtt.broker.Login;
import io.pipit.mqtt.broker.Reason;
import io.pipit.mqtt.broker.Trouble;
import io.pipit.mqtt.homeassistant.Device;
import io.pipit.port.CoreStatus;
import io.pipit.port.Event;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.Watcher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridge to one broker: connects, for ever; publishes what the logs have beyond the place that
 * it reached; takes commands. All on one timer's thread, to which library, store and node loop hand
 * over. Where the broker is away nothing is kept here: the store is what it is read from then.
 */
final class Bridge implements Watcher {
    /** From the beginning of a connection until the broker took it, nanoseconds. */
    static final long CONNECT_NANOS_MAX = 20_000_000_000L;

    /** A broker that acknowledges nothing for so long is gone. */
    static final long ACKNOWLEDGE_NANOS_MAX = 30_000_000_000L;

    /** Before the second try to connect; then twice as long each time, less up to a half. */
    static final long AGAIN_FIRST_NANOS = 1_000_000_000L;

    /** At the most. */
    static final long AGAIN_LAST_NANOS = 60_000_000_000L;

    /** A connection that lasted so long begins the waits anew. */
    static final long STABLE_NANOS = 10_000_000_000L;

    /** How long the broker keeps a command for this node while it is away. */
    static final Duration COMMAND_AGE_MAX = Duration.ofSeconds(60);

    /** Readings that arrive within this are looked at together, milliseconds. */
    static final long LOOK_MILLIS = 50;

    /** How often the peers are looked at, where nothing arrives. */
    static final long STATUS_NANOS = 5_000_000_000L;

    /** How often the place that was reached is written down at the most. */
    static final long SAVE_NANOS = 60_000_000_000L;

    /** Sooner where so many readings would be published twice after a crash. */
    static final long SAVE_READINGS = 10_000;

    /** How soon Home Assistant hears of another series. */
    static final long TELL_NANOS = 2_000_000_000L;

    /** How often it is said who is there, where the broker doesn't keep it for whoever asks. */
    static final long REPEAT_NANOS = 60_000_000_000L;

    /** How soon after Home Assistant was told of nodes: it has to subscribe first. */
    static final long REPEAT_SOON_NANOS = 5_000_000_000L;

    /** Messages from the broker that wait for the thread. */
    static final int ARRIVED_MAX = 16;

    /** How long the broker may take to hear that this node goes. */
    static final long GOODBYE_MILLIS_MAX = 300;

    private static final long TICK_MILLIS = 1_000;
    private static final long SHOWN_NANOS = 600_000_000_000L;
    private static final String TOPIC_REFUSED = "refused";
    private static final String TOPIC_GONE = "mqtt-gone";
    private static final String GONE =
            "readings were given up by the store before the broker had them (pipit_mqtt_gone):"
                    + " raise keep or max-size in [store] where a broker may be away for so long";
    private static final String TOPIC_BROKER = "mqtt";
    private static final String TOPIC_LIMITS = "mqtt-limits";
    private static final String TOPIC_SAVE = "mqtt-place";
    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);

    private final Configuration.Mqtt settings;
    private final Ports ports;
    private final ScheduledExecutorService timer;
    private final Broker broker;
    private final Login.Identity identity;
    private final Topics topics;
    private final Scope scope;
    private final Places file;
    private final Backlog backlog;
    private final Publishing publishing;
    private final Commands commands;
    private final Devices devices;
    private final OnceLog said = new OnceLog(LOG);
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicInteger arrived = new AtomicInteger();
    private final List<Examination> examinations = new ArrayList<>();

    /** Who wants to know how the broker is. */
    private record Examination(CompletableFuture<Long> answer, long sinceNanos) {}

    private volatile long waiting;
    private volatile long inFlight;
    private volatile String lacking = "";
    private @Nullable Connection connection;
    private int connections;
    private boolean connected;
    private boolean ended;
    private long againNanos;
    private long waitNanos = AGAIN_FIRST_NANOS;
    private long begunNanos;
    private long endedNanos;
    private boolean wasConnected;
    private boolean willRetained = true;
    private boolean willAcknowledged = true;
    private boolean asking;
    private long lookedNanos;
    private long tellNanos = Long.MAX_VALUE;
    private long repeatNanos = Long.MAX_VALUE;
    private long savedNanos;
    private long unsaved;
    private Content saved;
    private long refusedNanos = Long.MIN_VALUE;
    private long goneNanos = Long.MIN_VALUE;
    private @Nullable CompletableFuture<Void> withdrawn;

    /** Begins nothing yet. */
    Bridge(
            Configuration.Mqtt settings,
            Login.Identity identity,
            Ports ports,
            ScheduledExecutorService timer,
            Broker broker) {
        this.settings = settings;
        this.identity = identity;
        this.ports = ports;
        this.timer = timer;
        this.broker = broker;
        Peer self = ports.self();
        topics = new Topics(settings.topicPrefix());
        scope = new Scope(settings.series(), self.name());
        file = new Places(ports.file());
        saved = file.load();
        backlog =
                new Backlog(
                        self.id(),
                        scope,
                        saved.logs(),
                        ports.held(),
                        ports.history(),
                        timer,
                        new Read());
        publishing =
                new Publishing(topics, backlog, ports.history(), ports.counters(), new Published());
        commands =
                new Commands(
                        topics,
                        settings.commands().isEmpty()
                                ? null
                                : Scope.ofActuators(settings.commands(), self.name()),
                        self.name(),
                        settings.commandLease(),
                        ports.actuators(),
                        ports.counters());
        devices =
                new Devices(
                        self,
                        settings.homeAssistant(),
                        scope,
                        topics,
                        commands,
                        ports.expected(),
                        ports.version(),
                        saved);
        againNanos = ports.time().monotonicNanos();
        savedNanos = againNanos;
        endedNanos = againNanos;
        lookedNanos = againNanos - STATUS_NANOS;
    }

    /** What comes of the store. */
    private final class Read implements Backlog.Listener {
        @Override
        public void more() {
            guarded(Bridge.this::publish);
        }

        @Override
        public void failed(Throwable why) {
            said.warn("store", String.valueOf(why.getMessage()));
        }

        @Override
        public void gone(long places) {
            goneNanos = now();
            ports.counters().gone().add(places);
            ports.health().also(Part.MQTT, TOPIC_GONE, GONE);
            said.warn(TOPIC_GONE, GONE);
        }
    }

    /** What becomes of messages, for the health. */
    private final class Published implements Publishing.Listener {
        @Override
        public void refused(String topic, Reason reason, boolean forGood) {
            refusedNanos = ports.time().monotonicNanos();
            String what =
                    "the broker refuses messages on "
                            + topic
                            + " ("
                            + reason
                            + "): "
                            + (reason.isForbidden()
                                    ? "allow "
                                            + identity.username().orElse("this node")
                                            + " to publish there, or leave it out of [mqtt] series"
                                    : "see the broker's limits, and its log");
            ports.health().also(Part.MQTT, TOPIC_REFUSED, what);
            said.warn(TOPIC_REFUSED, what);
        }

        @Override
        public void accepted(Kept kept) {
            unsaved++;
            devices.came(kept);
            if (tellNanos == Long.MAX_VALUE) {
                tellNanos = ports.time().monotonicNanos() + TELL_NANOS;
            }
        }
    }

    /** What one connection says; what comes of a former one is not heard. */
    private final class Events implements Broker.Listener {
        private final int of = ++connections;

        private void hand(Runnable task) {
            timer.execute(() -> {
                if (connection != null && of == connections) {
                    guarded(task);
                }
            });
        }

        @Override
        public void connected(Limits limits) {
            hand(() -> begin(limits));
        }

        @Override
        public void lost(Trouble why) {
            hand(() -> lose(why));
        }

        @Override
        public void acknowledged(long number, Reason reason) {
            hand(() -> publishing.acknowledged(number, reason, now()));
        }

        @Override
        public void subscribed(List<Reason> reasons) {
            hand(() -> {
                for (Reason reason : reasons) {
                    if (reason.isFailure()) {
                        new Published().refused(topics.commands(), reason, true);
                    }
                }
            });
        }

        @Override
        public void arrived(Message message) {
            if (arrived.incrementAndGet() > ARRIVED_MAX) {
                arrived.decrementAndGet();
                ports.counters().commandsRefused().increment();
                return;
            }
            hand(() -> take(message));
            timer.execute(arrived::decrementAndGet);
        }
    }

    private long now() {
        return ports.time().monotonicNanos();
    }

    /** From now on. On any thread. */
    void start() {
        ports.health()
                .set(Part.MQTT, Status.DEGRADED, "connecting to the broker " + identity.broker());
        ports.inbox().offer(new Event.WatchOpened(this, scope.all()));
        timer.execute(() -> guarded(this::tick));
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> guarded(this::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A mistake of this program costs the connection, and no more. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("the bridge to {} begins anew after {}", identity.broker(), e.toString(), e);
            drop(new Trouble("was left after a mistake of this program: " + e, ""));
        }
        waiting = backlog.waiting();
        inFlight = publishing.inFlight();
    }

    /** On the node loop. */
    @Override
    public void arrived(NodeId origin, LogId log, List<LogEntry> entries, boolean live) {
        if (!woken.getAndSet(true)) {
            var _ =
                    timer.schedule(
                            () -> guarded(this::lookAtWhatCame),
                            LOOK_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    /** Does what is due. */
    private void tick() {
        if (ended) {
            return;
        }
        long now = now();
        if (connection == null) {
            if (now >= againNanos) {
                connect(now);
            }
        } else if (!connected && now - begunNanos > CONNECT_NANOS_MAX) {
            drop(Trouble.silent());
        } else if (connected && now - publishing.oldestNanos() > ACKNOWLEDGE_NANOS_MAX) {
            drop(Trouble.silent());
        }
        if (now - lookedNanos >= STATUS_NANOS) {
            look();
        }
        if (connected) {
            if (now >= tellNanos && withdrawn == null) {
                tellNanos = Long.MAX_VALUE;
                if (devices.tell(this::send) && repeatNanos != Long.MAX_VALUE) {
                    repeatNanos = Math.min(repeatNanos, now + REPEAT_SOON_NANOS);
                }
            }
            if (now >= repeatNanos && withdrawn == null) {
                repeatNanos = now + REPEAT_NANOS;
                devices.repeat(this::send);
            }
            publishing.pump(now);
        }
        if (refusedNanos != Long.MIN_VALUE && now - refusedNanos > SHOWN_NANOS) {
            refusedNanos = Long.MIN_VALUE;
            ports.health().also(Part.MQTT, TOPIC_REFUSED, "");
        }
        if (goneNanos != Long.MIN_VALUE && now - goneNanos > SHOWN_NANOS) {
            goneNanos = Long.MIN_VALUE;
            ports.health().also(Part.MQTT, TOPIC_GONE, "");
            said.well(TOPIC_GONE, "nothing more that wasn't published was given up");
        }
        if (now - savedNanos >= SAVE_NANOS || unsaved >= SAVE_READINGS) {
            save(now);
        }
        CompletableFuture<Void> leaving = withdrawn;
        if (leaving != null && (!connected || publishing.isQuiet())) {
            leaving.complete(null);
        }
    }

    private void connect(long now) {
        if (broker.isCrowded()) {
            trouble(new Trouble("keeps former connections waiting", ""));
            againNanos = now + AGAIN_LAST_NANOS;
            return;
        }
        begunNanos = now;
        boolean clean = !wasConnected || now - endedNanos > COMMAND_AGE_MAX.toNanos();
        Message will = topics.availability(ports.self().name(), false);
        connection =
                broker.connect(
                        new Login(
                                identity,
                                clean,
                                COMMAND_AGE_MAX,
                                new Message(will.topic(), will.payload(), willRetained),
                                willAcknowledged),
                        new Events());
    }

    private void begin(Limits limits) {
        Connection taken = connection;
        if (taken == null) {
            return;
        }
        connected = true;
        wasConnected = true;
        ports.counters().connections().increment();
        well(limits);
        publishing.begin(taken, limits);
        List<String> wanted = new ArrayList<>();
        if (settings.homeAssistant()) {
            wanted.add(Device.STATUS_TOPIC);
        }
        if (commands.areAllowed()) {
            wanted.add(topics.commands());
        }
        if (!wanted.isEmpty()) {
            taken.subscribe(wanted);
        }
        devices.begin(limits.packetBytesMax());
        var _ =
                ports.history()
                        .newest(scope.all())
                        .whenCompleteAsync(
                                (newest, failure) -> {
                                    if (newest != null) {
                                        newest.forEach(devices::saw);
                                    }
                                    tellNanos = Math.min(tellNanos, now() + TELL_NANOS);
                                },
                                timer);
        birth();
        look();
    }

    private void well(Limits limits) {
        lacking = lacking(limits);
        willAcknowledged = limits.acknowledges();
        willRetained = limits.retains();
        repeatNanos = limits.retains() ? Long.MAX_VALUE : now() + REPEAT_NANOS;
        ports.health().set(Part.MQTT, lacking.isEmpty() ? Status.OK : Status.DEGRADED, lacking);
        said.well(TOPIC_BROKER, "connected to " + identity.broker());
        if (lacking.isEmpty()) {
            said.well(TOPIC_LIMITS, identity.broker() + " takes all that is needed");
        } else {
            said.warn(TOPIC_LIMITS, lacking);
        }
    }

    private String lacking(Limits limits) {
        List<String> lacks = new ArrayList<>();
        if (!limits.acknowledges()) {
            lacks.add(
                    "takes QoS 0 alone, so what is lost on the way is neither noticed nor published"
                            + " again: let it take QoS 1 (max_qos of mosquitto)");
        }
        if (!limits.retains()) {
            lacks.add(
                    "keeps no messages, so who subscribes later hears only within a minute who is"
                            + " there: let it keep them (retain_available of mosquitto)");
        }
        return lacks.isEmpty()
                ? ""
                : "the broker " + identity.broker() + " " + String.join("; it ", lacks);
    }

    /** Says that this node is there; who asks how the broker is hears when it acknowledged it. */
    private void birth() {
        publishing.besides(
                topics.availability(ports.self().name(), true),
                now(),
                reason -> {
                    examinations.forEach(one -> one.answer().complete(now() - one.sinceNanos()));
                    examinations.clear();
                });
    }

    private void drop(Trouble why) {
        Connection left = connection;
        if (left != null) {
            connection = null;
            left.close(0);
            lose(why);
        }
    }

    private void lose(Trouble why) {
        long now = now();
        boolean stable = connected && now - begunNanos > STABLE_NANOS;
        boolean wasRefused = !connected;
        if (connected) {
            endedNanos = now;
        }
        connection = null;
        connected = false;
        publishing.end();
        ports.counters().failures().increment();
        if (why.reason().map(this::gaveWay).orElse(false) && wasRefused) {
            connect(now);
            return;
        }
        if (stable) {
            waitNanos = AGAIN_FIRST_NANOS;
        }
        double part = (ports.entropy().nextLong() >>> 11) * 0x1p-53;
        againNanos = now + (long) (waitNanos * (0.5 + part / 2));
        waitNanos = Math.min(2 * waitNanos, AGAIN_LAST_NANOS);
        trouble(why);
        examinations.forEach(one -> one.answer().completeExceptionally(new IOException(line(why))));
        examinations.clear();
    }

    /** Leaves out of the will what the broker refuses in it; whether there was something to. */
    private boolean gaveWay(Reason reason) {
        boolean leaves =
                (willRetained && reason.isRetainUnsupported())
                        || (willAcknowledged && reason.isQosUnsupported());
        willRetained &= !reason.isRetainUnsupported();
        willAcknowledged &= !reason.isQosUnsupported();
        return leaves;
    }

    private void trouble(Trouble why) {
        String line = why.line(identity.broker());
        ports.health().set(Part.MQTT, Status.DEGRADED, line);
        said.warn(TOPIC_BROKER, line);
    }

    private void lookAtWhatCame() {
        woken.set(false);
        if (connected) {
            look();
        }
    }

    /**
     * Looks how far the logs are, and who is there; without a connection, too, since what is new
     * begins where it is seen first.
     */
    private void look() {
        if (asking || ended) {
            return;
        }
        CompletableFuture<CoreStatus> answer = new CompletableFuture<>();
        if (!ports.inbox().offer(new Event.StatusAsked(answer))) {
            return;
        }
        asking = true;
        lookedNanos = now();
        var _ =
                answer.whenCompleteAsync(
                        (status, failure) -> {
                            asking = false;
                            if (status != null && !ended) {
                                guarded(() -> know(status));
                            }
                        },
                        timer);
    }

    private void know(CoreStatus status) {
        List<Peer> nodes = nodes();
        backlog.know(status, nodes);
        if (connected) {
            devices.know(status, nodes, this::send);
            tellNanos = Math.min(tellNanos, now() + TELL_NANOS);
            publish();
        }
    }

    private List<Peer> nodes() {
        List<Peer> nodes = new ArrayList<>();
        nodes.add(ports.self());
        nodes.addAll(ports.peers().get());
        return nodes;
    }

    private void publish() {
        publishing.pump(now());
    }

    private void send(Message message, Consumer<Boolean> then) {
        publishing.besides(message, now(), reason -> then.accept(!reason.isFailure()));
    }

    private void take(Message message) {
        if (!message.topic().equals(Device.STATUS_TOPIC)) {
            commands.take(message);
        } else if (new String(message.payload(), StandardCharsets.UTF_8).equals(Topics.ONLINE)) {
            devices.tellAll();
            // Not all nodes at once.
            long spread = Math.floorMod(ports.entropy().nextLong(), TELL_NANOS);
            tellNanos = Math.min(tellNanos, now() + spread);
        }
    }

    /** Writes down what was reached, where that is something else. */
    private void save(long now) {
        savedNanos = now;
        Content content = new Content(backlog.places(), devices.shown(), devices.rhythms());
        if (content.equals(saved)) {
            return;
        }
        try {
            file.save(content);
            saved = content;
            unsaved = 0;
            ports.counters().saves().increment();
            said.well(TOPIC_SAVE, "is written down again");
        } catch (IOException e) {
            said.warn(
                    TOPIC_SAVE,
                    ports.file()
                            + " can't be written ("
                            + e
                            + "): after a restart more is published twice");
        }
    }

    /** How many places wait, and how many messages are in flight. Any thread, roughly. */
    long waiting() {
        return waiting;
    }

    long inFlight() {
        return inFlight;
    }

    /** What the broker lacks, in a line, and what to do; empty where it lacks nothing. */
    String lacking() {
        return lacking;
    }

    /** Tries the broker now; tells how long it took, nanoseconds, or what is wrong. */
    void examine(CompletableFuture<Long> answer) {
        examinations.add(new Examination(answer, now()));
        if (connected) {
            birth();
            publish();
        } else if (connection == null) {
            connect(now());
        }
    }

    private String line(Trouble why) {
        return why.line(identity.broker());
    }

    /** Takes away what Home Assistant was told; completes when that is done, or can't be. */
    void withdraw(CompletableFuture<Void> done) {
        if (connected) {
            devices.withdrawAll(this::send);
            publish();
            withdrawn = done;
        } else {
            done.complete(null);
        }
    }

    /** Ends it, within {@link #GOODBYE_MILLIS_MAX} and what a write to the disk takes. */
    void stop() {
        ended = true;
        ports.inbox().offer(new Event.WatchClosed(this));
        Connection left = connection;
        connection = null;
        connected = false;
        save(now());
        if (left != null) {
            left.close(GOODBYE_MILLIS_MAX);
        }
        ports.health().also(Part.MQTT, TOPIC_REFUSED, "");
        ports.health().also(Part.MQTT, TOPIC_GONE, "");
        ports.health().set(Part.MQTT, Status.OFF, "");
    }
}
