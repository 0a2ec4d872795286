package io.pipit.mqtt;

import io.pipit.config.Configuration;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.mqtt.Places.Content;
import io.pipit.mqtt.broker.Broker;
import io.pipit.mqtt.broker.Broker.Connection;
import io.pipit.mqtt.broker.Broker.Limits;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.mqtt.broker.Link;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridge to one broker: publishes what the logs have beyond the place that it reached; takes
 * commands. All on one timer's thread, to which library, store and node loop hand over. Where the
 * broker is away nothing is kept here: the store is what it is read from then.
 */
final class Bridge implements Watcher {
    /** A broker that acknowledges nothing for so long is gone. */
    static final long ACKNOWLEDGE_NANOS_MAX = 30_000_000_000L;

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

    /** How long the broker may take to hear that this node goes. */
    static final long GOODBYE_MILLIS_MAX = 300;

    private static final long TICK_MILLIS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);

    private final Configuration.Mqtt settings;
    private final Ports ports;
    private final ScheduledExecutorService timer;
    private final Login.Identity identity;
    private final Report report;
    private final Link link;
    private final Topics topics;
    private final Scope scope;
    private final Places file;
    private final Backlog backlog;
    private final Publishing publishing;
    private final Commands commands;
    private final Devices devices;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final List<Examination> examinations = new ArrayList<>();

    /** Who wants to know how the broker is. */
    private record Examination(CompletableFuture<Long> answer, long sinceNanos) {}

    private volatile long waiting;
    private volatile long inFlight;
    private boolean ended;
    private boolean asking;
    private long lookedNanos;
    private long tellNanos = Long.MAX_VALUE;
    private long repeatNanos = Long.MAX_VALUE;
    private long savedNanos;
    private long unsaved;
    private Content saved;
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
        report = new Report(ports.health(), ports.time(), identity);
        Peer self = ports.self();
        topics = new Topics(settings.topicPrefix());
        link =
                new Link(
                        broker,
                        identity,
                        topics.availability(self.name(), false),
                        new Events(),
                        task -> timer.execute(() -> guarded(task)),
                        ports.time(),
                        ports.entropy());
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
        savedNanos = now();
        lookedNanos = savedNanos - STATUS_NANOS;
    }

    /** What comes of the store. */
    private final class Read implements Backlog.Listener {
        @Override
        public void more() {
            guarded(Bridge.this::publish);
        }

        @Override
        public void failed(Throwable why) {
            report.unreadable(why);
        }

        @Override
        public void gone(long places) {
            ports.counters().gone().add(places);
            report.gone();
        }
    }

    /** What becomes of messages. */
    private final class Published implements Publishing.Listener {
        @Override
        public void refused(String topic, Reason reason, boolean forGood) {
            report.refused(topic, reason);
        }

        @Override
        public void accepted(Kept kept) {
            unsaved++;
            devices.came(kept);
            if (tellNanos == Long.MAX_VALUE) {
                tellNanos = now() + TELL_NANOS;
            }
        }
    }

    /** What comes of connections. */
    private final class Events implements Link.User {
        @Override
        public void begun(Connection connection, Limits limits) {
            begin(connection, limits);
        }

        @Override
        public void ended(Trouble why) {
            publishing.end();
            ports.counters().failures().increment();
            report.trouble(why);
            IOException told = new IOException(report.line(why));
            examinations.forEach(one -> one.answer().completeExceptionally(told));
            examinations.clear();
        }

        @Override
        public void gaveWay() {
            ports.counters().failures().increment();
        }

        @Override
        public void waits(Trouble why) {
            report.trouble(why);
        }

        @Override
        public void acknowledged(long number, Reason reason) {
            publishing.acknowledged(number, reason, now());
        }

        @Override
        public void unsubscribed(Reason reason) {
            report.refused(topics.commands(), reason);
        }

        @Override
        public void arrived(Message message) {
            take(message);
        }

        @Override
        public void overrun() {
            ports.counters().commandsRefused().increment();
        }
    }

    private long now() {
        return ports.time().monotonicNanos();
    }

    /** From now on. On any thread. */
    void start() {
        report.connecting();
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
            link.drop(new Trouble("was left after a mistake of this program: " + e, ""));
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
        link.tick();
        if (link.isConnected() && now - publishing.oldestNanos() > ACKNOWLEDGE_NANOS_MAX) {
            link.drop(Trouble.silent());
        }
        if (now - lookedNanos >= STATUS_NANOS) {
            look();
        }
        if (link.isConnected()) {
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
        report.tick();
        if (now - savedNanos >= SAVE_NANOS || unsaved >= SAVE_READINGS) {
            save(now);
        }
        CompletableFuture<Void> leaving = withdrawn;
        if (leaving != null && (!link.isConnected() || publishing.isQuiet())) {
            leaving.complete(null);
        }
    }

    private void begin(Connection connection, Limits limits) {
        ports.counters().connections().increment();
        report.connected(limits);
        repeatNanos = limits.retains() ? Long.MAX_VALUE : now() + REPEAT_NANOS;
        publishing.begin(connection, limits);
        List<String> wanted = new ArrayList<>();
        if (settings.homeAssistant()) {
            wanted.add(Device.STATUS_TOPIC);
        }
        if (commands.areAllowed()) {
            wanted.add(topics.commands());
        }
        if (!wanted.isEmpty()) {
            connection.subscribe(wanted);
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

    /** Says that this node is there; who asks how the broker is hears when it acknowledged it. */
    private void birth() {
        publishing.besides(
                topics.availability(ports.self().name(), true),
                now(),
                reason -> {
                    long now = now();
                    examinations.forEach(one -> one.answer().complete(now - one.sinceNanos()));
                    examinations.clear();
                });
    }

    private void lookAtWhatCame() {
        woken.set(false);
        if (link.isConnected()) {
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
        if (link.isConnected()) {
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
            report.saved();
        } catch (IOException e) {
            report.unsaved(ports.file(), e);
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
        return report.lacking();
    }

    /** Tries the broker now; tells how long it took, nanoseconds, or what is wrong. */
    void examine(CompletableFuture<Long> answer) {
        examinations.add(new Examination(answer, now()));
        if (link.isConnected()) {
            birth();
            publish();
        } else {
            link.connectNow();
        }
    }

    /** Takes away what Home Assistant was told; completes when that is done, or can't be. */
    void withdraw(CompletableFuture<Void> done) {
        if (link.isConnected()) {
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
        save(now());
        link.close(GOODBYE_MILLIS_MAX);
        report.off();
    }
}
