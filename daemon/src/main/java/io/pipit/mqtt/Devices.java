package io.pipit.mqtt;

import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.model.Series;
import io.pipit.mqtt.Places.Content;
import io.pipit.mqtt.Places.Shown;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.mqtt.homeassistant.Device;
import io.pipit.mqtt.homeassistant.Rhythm;
import io.pipit.port.CoreStatus;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.acting.Actuators.Actuator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Who is there, and what Home Assistant is told of it: of this node and each peer of which
 * something is published. For one thread.
 */
final class Devices {
    /** Series of one node that Home Assistant is told of. */
    static final int SERIES_MAX = 1_000;

    private static final byte[] NOTHING = {};

    /** Puts a message in front of the readings; the other one is told when the broker has it. */
    interface Outlet {
        void send(Message message, Consumer<Boolean> then);
    }

    private final Peer self;
    private final boolean homeAssistant;
    private final Scope scope;
    private final Topics topics;
    private final Commands commands;
    private final Function<Series, Optional<Duration>> expected;
    private final String version;
    private final Map<NodeId, Shown> shown;
    private final Map<NodeId, TreeMap<Series, String>> series = new HashMap<>();
    private final Map<NodeId, Map<Series, Rhythm>> rhythms = new HashMap<>();
    private final Map<NodeId, List<Actuator>> actuators = new HashMap<>();
    private final Map<NodeId, Boolean> there = new HashMap<>();
    private final Set<NodeId> stale = new HashSet<>();
    private Map<NodeId, Peer> nodes = new LinkedHashMap<>();
    private long bytesMax;

    /**
     * @param before what Home Assistant was told in the last run, and how often peers' readings
     *     came
     * @param expected how often a reading of an own series comes; nothing where its sensor isn't
     *     configured any more
     */
    Devices(
            Peer self,
            boolean homeAssistant,
            Scope scope,
            Topics topics,
            Commands commands,
            Function<Series, Optional<Duration>> expected,
            String version,
            Content before) {
        this.self = self;
        this.homeAssistant = homeAssistant;
        this.scope = scope;
        this.topics = topics;
        this.commands = commands;
        this.expected = expected;
        this.version = version;
        this.shown = new HashMap<>(before.shown());
        before.rhythms()
                .forEach((node, known) -> {
                    Map<Series, Rhythm> of = new HashMap<>();
                    known.forEach((one, every) -> of.put(one, new Rhythm(every)));
                    rhythms.put(node, of);
                });
    }

    /** A connection: all is to be said again. */
    void begin(long packetBytesMax) {
        bytesMax = packetBytesMax;
        there.clear();
        tellAll();
    }

    /** Home Assistant was started anew. */
    void tellAll() {
        stale.addAll(nodes.keySet());
    }

    /** A reading was published. */
    void came(Kept kept) {
        saw(kept);
        NodeId node = kept.origin();
        Series one = kept.reading().series();
        if (homeAssistant
                && !node.equals(self.id())
                && series.getOrDefault(node, new TreeMap<>()).containsKey(one)
                && rhythms.computeIfAbsent(node, of -> new HashMap<>())
                        .computeIfAbsent(one, of -> new Rhythm(null))
                        .saw(kept.log(), kept.reading().at())) {
            stale.add(node);
        }
    }

    /** There is this series. */
    void saw(Kept kept) {
        Series one = kept.reading().series();
        TreeMap<Series, String> known =
                series.computeIfAbsent(kept.origin(), node -> new TreeMap<>());
        if ((known.size() < SERIES_MAX || known.containsKey(one))
                && !kept.reading().unit().equals(known.put(one, kept.reading().unit()))) {
            stale.add(kept.origin());
        }
    }

    /**
     * Says what changed of who is there.
     *
     * @param now this node first
     */
    void know(CoreStatus status, List<Peer> now, Outlet to) {
        Map<NodeId, Peer> wanted = new LinkedHashMap<>();
        for (Peer node : now) {
            if (node.id().equals(self.id()) || scope.of(node.id(), node.name()).isPresent()) {
                wanted.put(node.id(), node);
            }
        }
        Set<NodeId> live = new HashSet<>();
        status.subscriptions().stream()
                .filter(CoreStatus.Subscription::live)
                .forEach(one -> live.add(one.peer()));
        for (Peer node : wanted.values()) {
            Peer before = nodes.get(node.id());
            if (before == null || !before.name().equals(node.name())) {
                stale.add(node.id());
            }
            boolean isLive = live.contains(node.id());
            if (!node.id().equals(self.id())
                    && (before == null || !Boolean.valueOf(isLive).equals(there.get(node.id())))) {
                there.put(node.id(), isLive);
                to.send(topics.availability(node.name(), isLive), done -> {});
            }
            List<Actuator> set = commands.of(node.name());
            if (!set.equals(actuators.put(node.id(), set))) {
                stale.add(node.id());
            }
        }
        nodes = wanted;
        series.keySet().retainAll(wanted.keySet());
        rhythms.keySet().retainAll(wanted.keySet());
        there.keySet().retainAll(wanted.keySet());
        stale.retainAll(wanted.keySet());
    }

    /** Says once more who is there, to those who came since, where the broker keeps nothing. */
    void repeat(Outlet to) {
        to.send(topics.availability(self.name(), true), done -> {});
        for (Peer node : nodes.values()) {
            Boolean isLive = there.get(node.id());
            if (isLive != null) {
                to.send(topics.availability(node.name(), isLive), done -> {});
            }
        }
    }

    /** Tells Home Assistant what it doesn't know yet; whether there was a node to tell of. */
    boolean tell(Outlet to) {
        if (nodes.isEmpty()) {
            return false;
        }
        for (NodeId node : List.copyOf(shown.keySet())) {
            if (!homeAssistant || !nodes.containsKey(node)) {
                withdraw(node, to);
            }
        }
        boolean told = false;
        if (homeAssistant) {
            for (NodeId node : stale) {
                Peer known = nodes.get(node);
                told |= known != null && tell(known, to);
            }
        }
        stale.clear();
        return told;
    }

    private boolean tell(Peer node, Outlet to) {
        Device device = device(node);
        Map<String, String> components = device.components();
        Shown before = shown.get(node.id());
        if (components.isEmpty() && before == null) {
            return false;
        }
        Map<String, String> former = before == null ? Map.of() : before.components();
        Message message =
                new Message(
                        Device.configTopic(node.id()),
                        device.payload(former, bytesMax - Message.ROOM_BYTES),
                        true);
        // Until the broker has it, what is gone from it counts as shown.
        Map<String, String> perhaps = new HashMap<>(former);
        perhaps.putAll(components);
        shown.put(node.id(), new Shown(node.name(), perhaps));
        to.send(
                message,
                done -> {
                    if (done) {
                        shown.put(node.id(), new Shown(node.name(), components));
                    }
                });
        return true;
    }

    private Device device(Peer node) {
        boolean own = node.id().equals(self.id());
        TreeMap<Series, String> all =
                new TreeMap<>(series.getOrDefault(node.id(), new TreeMap<>()));
        all.keySet().removeIf(one -> !scope.matches(node.id(), node.name(), one));
        List<Actuator> set = actuators.getOrDefault(node.id(), List.of());
        if (own) {
            all.keySet().removeIf(one -> expected.apply(one).isEmpty() && !isSet(one, set));
        }
        List<String> availability = new ArrayList<>();
        availability.add(topics.status(self.name()));
        if (!own) {
            availability.add(topics.status(node.name()));
        }
        return new Device(
                node.id(),
                node.name(),
                own ? null : self.id(),
                topics.node(node.name()),
                availability,
                all,
                own ? expected : one -> every(node.id(), one),
                set,
                version);
    }

    private Optional<Duration> every(NodeId peer, Series one) {
        return Optional.ofNullable(rhythms.getOrDefault(peer, Map.of()).get(one))
                .flatMap(Rhythm::every);
    }

    private static boolean isSet(Series one, List<Actuator> actuators) {
        return actuators.stream().anyMatch(actuator -> actuator.name().equals(one.sensor()));
    }

    /** Takes a node off Home Assistant, and its availability off the broker. */
    private void withdraw(NodeId node, Outlet to) {
        Shown gone = shown.get(node);
        to.send(
                new Message(Device.configTopic(node), NOTHING, true),
                done -> {
                    if (done) {
                        shown.remove(node);
                    }
                });
        if (gone != null && !gone.name().isEmpty() && !node.equals(self.id())) {
            to.send(new Message(topics.status(gone.name()), NOTHING, true), done -> {});
        }
    }

    /** Takes all nodes off Home Assistant. */
    void withdrawAll(Outlet to) {
        List.copyOf(shown.keySet()).forEach(node -> withdraw(node, to));
    }

    /** How often readings of peers come, of those of which that is known. */
    Map<NodeId, Map<Series, Duration>> rhythms() {
        Map<NodeId, Map<Series, Duration>> known = new HashMap<>();
        rhythms.forEach((node, of) -> {
            Map<Series, Duration> every = new HashMap<>();
            of.forEach((one, rhythm) -> rhythm.every().ifPresent(often -> every.put(one, often)));
            if (!every.isEmpty()) {
                known.put(node, every);
            }
        });
        return known;
    }

    /** What Home Assistant was told. */
    Map<NodeId, Shown> shown() {
        return Map.copyOf(shown);
    }
}
