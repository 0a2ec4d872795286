package io.pipit.core.acting;

import io.pipit.config.text.Durations;
import io.pipit.core.timing.Timing;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Metrics;
import io.pipit.monitor.OnceLog;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.Act;
import io.pipit.port.acting.Act.What;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.acting.ActuatorStatus;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Order;
import io.pipit.port.acting.Outlet;
import io.pipit.port.acting.Outputs;
import io.pipit.port.acting.Verdict;
import io.pipit.port.acting.Verdict.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Who holds which actuator of this node, and until when. Each write holds for a time, its lease;
 * when that is over, or the driver fails, the actuator is safe again. Of two writers the one that
 * comes first by the actuator's priority has it, among equals the one that wrote last.
 *
 * <p>Stepped as the core is, by the same thread; has no thread, no clock and no I/O of its own. How
 * the actuators are may be asked for on any thread. It goes by the monotonic clock alone, and a
 * lease isn't kept beyond a restart: an actuator that is opened is safe.
 */
public final class Leases implements ActuatorStatus.Source {
    private final Outputs outputs;
    private final Act.Memory memory;
    private final TimeSource time;
    private final Health health;
    private final OnceLog log = new OnceLog(LoggerFactory.getLogger(Leases.class));
    private final Counter writes;
    private final Counter refused;
    private final Counter late;
    private final Counter ended;
    private final Counter failures;
    private final Map<String, Lane> lanes = new TreeMap<>();
    private final Senders senders = new Senders();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile List<ActuatorStatus> statuses = List.of();
    private long lastNumber;

    /**
     * Without actuators; {@link ActingEvent.Configured} says which there are.
     *
     * @param memory of what was done
     */
    public Leases(
            Outputs outputs, Act.Memory memory, TimeSource time, Health health, Metrics metrics) {
        this.outputs = outputs;
        this.memory = memory;
        this.time = time;
        this.health = health;
        writes = metrics.counter("pipit_actuator_writes", "Writes to actuators that were taken");
        refused =
                metrics.counter(
                        "pipit_actuator_writes_refused",
                        "Writes to actuators that were refused, for what they were or who held it");
        late =
                metrics.counter(
                        "pipit_actuator_writes_late",
                        "Writes to actuators that came twice, or after a later one of their node");
        ended =
                metrics.counter(
                        "pipit_actuator_leases_ended", "Actuators that became safe by time");
        failures =
                metrics.counter(
                        "pipit_actuator_failures",
                        "Times that an actuator couldn't be opened or set, or was too slow");
        metrics.gauge(
                "pipit_actuators_held",
                "Actuators that somebody holds",
                () -> statuses.stream().filter(one -> one.holder() != null).count());
    }

    /** Takes in what happened; what isn't about own actuators is ignored. */
    public void handle(Event event) {
        switch (event) {
            case Event.PeerRenamed renamed -> senders.renamed(renamed.before(), renamed.after());
            case Event.Acting acting -> {
                switch (acting.event()) {
                    case ActingEvent.Configured configured -> configure(configured.outlets());
                    case ActingEvent.Ordered ordered -> order(ordered);
                    case ActingEvent.Opened opened -> opened(opened);
                    case ActingEvent.Applied applied -> applied(applied);
                    case ActingEvent.Failed failed -> failed(failed);
                    case ActingEvent.Listed _ -> {
                        // Peers' are PeerLists' affair.
                    }
                }
            }
            default -> {
                // The core's.
            }
        }
    }

    private void configure(List<Outlet> outlets) {
        Map<String, Lane> before = new TreeMap<>(lanes);
        lanes.clear();
        for (Outlet outlet : outlets) {
            Lane lane = before.get(outlet.name());
            if (lane != null && lane.outlet.generation() == outlet.generation()) {
                before.remove(outlet.name());
                lane.outlet = outlet;
            } else {
                lane = new Lane(outlet);
                lane.reason = "it is being opened";
            }
            lanes.put(outlet.name(), lane);
        }
        before.forEach((name, lane) -> {
            end(lane, What.ENDED, "");
            lane.settleAll(
                    new Verdict(Kind.UNAVAILABLE, "the configuration of " + name + " changed"));
            health.also(Part.SENSORS, topic(name), "");
        });
        publish();
    }

    private void order(ActingEvent.Ordered ordered) {
        Verdict verdict = take(ordered);
        if (verdict.isDone()) {
            writes.increment();
            publish();
        } else {
            (verdict.kind() == Kind.LATE ? late : refused).increment();
            ordered.answer().complete(verdict);
        }
    }

    /** Done where it was taken, which is answered when it is set. */
    private Verdict take(ActingEvent.Ordered ordered) {
        Order order = ordered.order();
        String name = order.actuator();
        Lane lane = lanes.get(name);
        if (lane == null) {
            return new Verdict(Kind.UNKNOWN, "no actuator is called " + name);
        }
        if (order.origin() != null) {
            String wrong = senders.take(order.origin(), name);
            if (!wrong.isEmpty()) {
                return new Verdict(Kind.LATE, wrong);
            }
        }
        String wrong = outOfRange(lane.outlet, order);
        if (!wrong.isEmpty()) {
            return new Verdict(Kind.OUT_OF_RANGE, wrong);
        }
        long now = time.monotonicNanos();
        Order held = lane.held;
        if (held != null
                && lane.untilNanos > now
                && lane.outlet.rankOf(order.by()) > lane.outlet.rankOf(held.by())) {
            return new Verdict(
                    Kind.HELD,
                    "%s is held by %s for %s more, whose writes come before this one's: see priority there"
                            .formatted(name, held.by(), seconds(lane.untilNanos - now)));
        }
        if (!lane.open) {
            return new Verdict(Kind.UNAVAILABLE, name + " can't be set now: " + lane.reason);
        }
        if (lane.isFull()) {
            return new Verdict(
                    Kind.UNAVAILABLE,
                    name + " has " + Lane.UNDER_WAY_MAX + " writes to do already: try again");
        }
        hold(lane, order);
        long number = ++lastNumber;
        lane.begin(number, ordered.answer());
        outputs.set(name, lane.session, number, order.value());
        return Verdict.DONE;
    }

    private static String outOfRange(Outlet outlet, Order order) {
        Actuator actuator = outlet.actuator();
        double value = order.value();
        boolean within = value >= actuator.min() && value <= actuator.max();
        if (!within || (actuator.onOff() && value != actuator.min() && value != actuator.max())) {
            return "%s can be %s %s %s, not %s"
                    .formatted(
                            outlet.name(),
                            text(actuator.min()),
                            actuator.onOff() ? "or" : "to",
                            text(actuator.max()),
                            text(value));
        }
        return order.lease().compareTo(outlet.leaseMax()) > 0
                ? "%s may be held for %s at the most (max-lease), not %s"
                        .formatted(
                                outlet.name(),
                                Durations.format(outlet.leaseMax()),
                                Durations.format(order.lease()))
                : "";
    }

    private void hold(Lane lane, Order order) {
        Order before = lane.held;
        Duration lease = order.lease().isZero() ? lane.outlet.lease() : order.lease();
        lane.held = order;
        lane.untilNanos = order.arrivedNanos() + lease.toNanos();
        // Who only says the same again, to hold it for longer, did nothing that is worth a line.
        if (before == null
                || !before.by().equals(order.by())
                || Double.compare(before.value(), order.value()) != 0) {
            memory.add(
                    new Act(
                            time.wallMicros(),
                            order.actuator(),
                            What.SET,
                            order.value(),
                            order.by(),
                            lease,
                            ""));
        }
    }

    private void opened(ActingEvent.Opened event) {
        Lane lane = lane(event.actuator(), event.generation());
        if (lane != null) {
            lane.open = true;
            lane.session = event.session();
            lane.reason = "";
            isSet(lane, Double.NaN);
            health.also(Part.SENSORS, topic(event.actuator()), "");
            log.well("actuator " + event.actuator(), "can be set again");
            publish();
        }
    }

    private void applied(ActingEvent.Applied event) {
        Lane lane = lanes.get(event.actuator());
        if (lane != null && lane.open && lane.session == event.session()) {
            isSet(lane, event.value());
            lane.settle(event.number(), Verdict.DONE);
            publish();
        }
    }

    private void isSet(Lane lane, double value) {
        double now = Double.isNaN(value) ? lane.outlet.actuator().safe() : value;
        if (Double.compare(now, lane.value) != 0 || lane.sinceNanos == 0) {
            lane.value = now;
            lane.sinceNanos = time.monotonicNanos();
        }
    }

    private void failed(ActingEvent.Failed event) {
        Lane lane = lane(event.actuator(), event.generation());
        if (lane == null) {
            return;
        }
        String name = event.actuator();
        failures.increment();
        lane.open = false;
        lane.value = Double.NaN;
        lane.reason = event.reason();
        end(lane, What.FAILED, event.reason());
        lane.settleAll(
                new Verdict(Kind.UNAVAILABLE, name + " can't be set now: " + event.reason()));
        health.also(Part.SENSORS, topic(name), "actuator " + name + ": " + event.reason());
        log.warn("actuator " + name, event.reason());
        publish();
    }

    /** Nobody holds it any more; who did is kept in mind. */
    private void end(Lane lane, What why, String reason) {
        Order held = lane.held;
        if (held != null) {
            lane.held = null;
            memory.add(
                    new Act(
                            time.wallMicros(),
                            lane.outlet.name(),
                            why,
                            lane.outlet.actuator().safe(),
                            held.by(),
                            Duration.ZERO,
                            reason));
        }
    }

    /** Ends the leases that are over. */
    public void tick() {
        long now = time.monotonicNanos();
        boolean any = false;
        for (Lane lane : lanes.values()) {
            if (lane.held != null && lane.untilNanos <= now) {
                end(lane, What.ENDED, "");
                ended.increment();
                outputs.set(lane.outlet.name(), lane.session, ++lastNumber, Double.NaN);
                any = true;
            }
        }
        if (any) {
            publish();
        }
    }

    /** When {@link #tick} is to be called at the latest, monotonic. */
    public long nextDeadlineNanos() {
        long next = Timing.NEVER;
        for (Lane lane : lanes.values()) {
            if (lane.held != null) {
                next = Math.min(next, lane.untilNanos);
            }
        }
        return next;
    }

    /** The lane, unless it is another one's by now. */
    private @Nullable Lane lane(String actuator, long generation) {
        Lane lane = lanes.get(actuator);
        return lane != null && lane.outlet.generation() == generation ? lane : null;
    }

    private void publish() {
        statuses = lanes.values().stream().map(Lane::status).toList();
        listeners.forEach(Runnable::run);
    }

    @Override
    public List<ActuatorStatus> statuses() {
        return statuses;
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void forget(Runnable listener) {
        listeners.remove(listener);
    }

    private static String topic(String actuator) {
        return "actuator " + actuator;
    }

    private static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String seconds(long nanos) {
        return Durations.format(Duration.ofSeconds(Math.ceilDiv(nanos, Timing.SECOND)));
    }
}
