package io.pipit.mqtt;

import io.pipit.mqtt.broker.Broker.Connection;
import io.pipit.mqtt.broker.Broker.Limits;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.mqtt.broker.Reason;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingHistory.Kept;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes out over one connection after the other: a few messages in flight, readings in their
 * logs' order. A reading that the broker refuses is given up once it took a later one; while it
 * refuses all, none is given up, and they are published again later. For one thread.
 */
final class Publishing {
    /** Messages in flight, where the broker takes as many. */
    static final int IN_FLIGHT_MAX = 64;

    /** Messages besides readings that wait: discovery, availability. */
    static final int BESIDES_MAX = 4_096;

    /** What was refused in a row is tried again after this, then after twice as long each time. */
    static final long HOLD_FIRST_NANOS = 2_000_000_000L;

    /** At the most. */
    static final long HOLD_LAST_NANOS = 60_000_000_000L;

    private enum State {
        SENT,
        ACCEPTED,
        REFUSED
    }

    /** A reading on its way. */
    private static final class Sent {
        final Kept kept;
        final String topic;
        final long atNanos;
        State state = State.SENT;

        Sent(Kept kept, String topic, long atNanos) {
            this.kept = kept;
            this.topic = topic;
            this.atNanos = atNanos;
        }
    }

    /**
     * Something else.
     *
     * @param then told what the broker said of it; not where the connection ended before
     */
    private record Besides(Message message, Consumer<Reason> then, long atNanos) {}

    /** Hears what is worth telling. */
    interface Listener {
        /** The broker refused a message. */
        void refused(String topic, Reason reason, boolean forGood);

        /** It took a reading. */
        void accepted(Kept kept);
    }

    private final Topics topics;
    private final Backlog backlog;
    private final ReadingHistory history;
    private final Counters counters;
    private final Listener listener;
    private final TreeMap<Long, Sent> sent = new TreeMap<>();
    private final TreeMap<Long, Besides> besidesSent = new TreeMap<>();
    private final ArrayDeque<Besides> besides = new ArrayDeque<>();
    private @Nullable Connection to;
    private Limits limits = new Limits(1, 0, true, true);
    private long number;
    private long lastAccepted;
    private long holdNanos = HOLD_FIRST_NANOS;
    private long heldUntilNanos = Long.MIN_VALUE;

    Publishing(
            Topics topics,
            Backlog backlog,
            ReadingHistory history,
            Counters counters,
            Listener listener) {
        this.topics = topics;
        this.backlog = backlog;
        this.history = history;
        this.counters = counters;
        this.listener = listener;
    }

    /** A new connection: what isn't known to have arrived over the last one goes out again. */
    void begin(Connection connection, Limits taken) {
        end();
        to = connection;
        limits = taken;
        heldUntilNanos = Long.MIN_VALUE;
    }

    /** There is no connection any more. */
    void end() {
        to = null;
        counters.again().add(sent.size());
        sent.clear();
        besidesSent.clear();
        besides.clear();
        backlog.rewind();
    }

    /** Puts something in front of the readings. */
    void besides(Message message, long nowNanos, Consumer<Reason> then) {
        if (message.packetBytes() > limits.packetBytesMax()) {
            refused(message.topic(), new Reason(Reason.TOO_LARGE), true);
        } else if (to != null && besides.size() < BESIDES_MAX) {
            besides.add(new Besides(message, then, nowNanos));
        }
    }

    /** How many messages there may be in flight. */
    private int window() {
        return Math.clamp(limits.inFlightMax(), 1, IN_FLIGHT_MAX);
    }

    /** Sends what may go out. */
    void pump(long nowNanos) {
        Connection connection = to;
        while (connection != null && inFlight() < window()) {
            Besides first = besides.poll();
            if (first != null) {
                besidesSent.put(++number, new Besides(first.message(), first.then(), nowNanos));
                connection.publish(number, first.message());
                continue;
            }
            Kept kept = nowNanos >= heldUntilNanos ? backlog.next() : null;
            if (kept == null) {
                return;
            }
            publish(connection, kept, nowNanos);
        }
    }

    private void publish(Connection connection, Kept kept, long nowNanos) {
        String node = backlog.nameOf(kept.origin());
        if (node == null) {
            backlog.done(kept);
            return;
        }
        Message message = topics.reading(node, kept, history.timeline(kept.origin(), kept.log()));
        Sent reading = new Sent(kept, message.topic(), nowNanos);
        sent.put(++number, reading);
        if (message.packetBytes() > limits.packetBytesMax()) {
            reading.state = State.REFUSED;
            listener.refused(message.topic(), new Reason(Reason.TOO_LARGE), false);
            settle(nowNanos);
        } else {
            connection.publish(number, message);
        }
    }

    /** The broker has it, or refuses it. */
    void acknowledged(long which, Reason reason, long nowNanos) {
        Besides other = besidesSent.remove(which);
        if (other != null) {
            if (reason.isFailure()) {
                refused(other.message().topic(), reason, true);
            }
            other.then().accept(reason);
        }
        Sent reading = sent.get(which);
        if (reading != null) {
            if (!reason.isFailure()) {
                reading.state = State.ACCEPTED;
                lastAccepted = Math.max(lastAccepted, which);
                holdNanos = HOLD_FIRST_NANOS;
                counters.published().increment();
                listener.accepted(reading.kept);
            } else {
                reading.state = State.REFUSED;
                listener.refused(reading.topic, reason, false);
                if (reason.passes()) {
                    hold(nowNanos);
                }
            }
            settle(nowNanos);
        }
        pump(nowNanos);
    }

    /** Takes off the front what is done with. */
    private void settle(long nowNanos) {
        Iterator<Long> numbers = sent.keySet().iterator();
        while (numbers.hasNext()) {
            long first = numbers.next();
            Sent reading = sent.get(first);
            if (reading == null || reading.state == State.SENT) {
                break;
            }
            if (reading.state == State.REFUSED) {
                if (first > lastAccepted) {
                    break;
                }
                counters.refused().increment();
            }
            backlog.done(reading.kept);
            numbers.remove();
        }
        if (sent.size() >= window()
                && sent.values().stream().allMatch(one -> one.state == State.REFUSED)) {
            hold(nowNanos);
        }
    }

    /** Nothing more for a while, then again from what was refused. */
    private void hold(long nowNanos) {
        heldUntilNanos = nowNanos + holdNanos;
        holdNanos = Math.min(2 * holdNanos, HOLD_LAST_NANOS);
        counters.again().add(sent.size());
        sent.clear();
        backlog.rewind();
    }

    private void refused(String topic, Reason reason, boolean forGood) {
        counters.refused().increment();
        listener.refused(topic, reason, forGood);
    }

    /** Messages that aren't acknowledged. */
    int inFlight() {
        return sent.size() + besidesSent.size();
    }

    /** Whether all but readings has arrived. */
    boolean isQuiet() {
        return besides.isEmpty() && besidesSent.isEmpty();
    }

    /** Since when a message has waited for its acknowledgement; the maximum where none does. */
    long oldestNanos() {
        long oldest = Long.MAX_VALUE;
        for (Sent reading : sent.values()) {
            if (reading.state == State.SENT) {
                oldest = reading.atNanos;
                break;
            }
        }
        return besidesSent.isEmpty()
                ? oldest
                : Math.min(oldest, besidesSent.firstEntry().getValue().atNanos());
    }
}
