package io.pipit.host;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.rules.RuleEvent;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The queue into the node loop, first in, first out. Any thread offers, and is never held up for
 * longer than it takes to put something in; one thread takes.
 *
 * <p>Four kinds of events have room of their own, so that none can crowd out another: measurements
 * (where they are full, a sensor's newest takes the place of its newest that waits, so that each
 * sensor always has room for one; samples that came together count each, and are refused together),
 * what peers send (refused when full: gaps are repaired), what others ask for (refused when full,
 * and told so), and what the core must not miss: the store's and the links' answers, ends and
 * changes.
 */
public final class BoundedInbox implements Inbox {
    /** Measurements that wait, before they replace each other. */
    public static final int MEASUREMENTS_MAX = 4_096;

    /** Sensors that have room for one measurement even then. */
    public static final int SENSORS_MAX = 1_024;

    /** Slices and acknowledgements of peers that wait. */
    public static final int RECEIVED_MAX = 1_024;

    /** Observers, watchers and questions that wait. */
    public static final int REQUESTS_MAX = 1_024;

    /** Other events that wait. */
    public static final int CONTROL_MAX = 16_384;

    /** Room for one kind of events. */
    private static final class Room {
        private final int most;
        private final Counter refused;
        private int waiting;

        private Room(int most, Counter refused) {
            this.most = most;
            this.refused = refused;
        }

        private boolean isFull() {
            return waiting >= most;
        }

        /** Of samples one bundle always has room, however large. */
        private boolean hasRoomFor(int weight) {
            return waiting == 0 || waiting + weight <= most;
        }
    }

    private static final class Slot {
        private final Room room;
        private Event event;

        private Slot(Room room, Event event) {
            this.room = room;
            this.event = event;
        }
    }

    private final TimeSource time;
    private final Room measurements;
    private final Room received;
    private final Room requests;
    private final Room control;

    private final Object lock = new Object();
    private final ArrayDeque<Slot> waiting = new ArrayDeque<>();
    private final Map<String, Slot> newest = new HashMap<>();
    private volatile BooleanSupplier carried = () -> false;
    private volatile @Nullable Thread parked;
    private volatile boolean woken;
    private volatile int size;

    /** Empty, and counting in these metrics. */
    public BoundedInbox(TimeSource time, Metrics metrics) {
        this.time = time;
        this.measurements =
                new Room(
                        MEASUREMENTS_MAX,
                        metrics.counter(
                                "pipit_inbox_measurements_replaced",
                                "Measurements replaced by newer ones of their sensor, or dropped, since the node loop was behind."));
        this.received =
                new Room(
                        RECEIVED_MAX,
                        metrics.counter(
                                "pipit_inbox_received_refused",
                                "Slices from peers that were refused, since the node loop was behind."));
        this.requests =
                new Room(
                        REQUESTS_MAX,
                        metrics.counter(
                                "pipit_inbox_requests_refused",
                                "Observers and questions that were refused, since the node loop was behind."));
        this.control =
                new Room(
                        CONTROL_MAX,
                        metrics.counter(
                                "pipit_inbox_control_refused",
                                "Events that the core should not have missed and that found no room."));
        metrics.gauge("pipit_inbox_waiting", "Events that wait for the node loop.", () -> size);
    }

    @Override
    public boolean offer(Event event) {
        boolean taken;
        synchronized (lock) {
            taken =
                    event instanceof Event.Measured measured
                            ? putMeasured(measured)
                            : put(roomFor(event), event);
            size = waiting.size();
        }
        if (taken && !carried.getAsBoolean()) {
            unpark();
        }
        return taken;
    }

    /**
     * Asks, after each event that was put in, whether the thread that brought it sees to it; where
     * not, the consumer is woken.
     */
    void askWhoCarries(BooleanSupplier carried) {
        this.carried = carried;
    }

    private Room roomFor(Event event) {
        return switch (event) {
            case Event.Measured measured -> measurements;
            case Event.Sampled sampled -> measurements;
            case Event.Received slice -> received;
            case Event.Acknowledged acknowledged -> received;
            case Event.FeedOpened opened -> requests;
            case Event.WatchOpened opened -> requests;
            case Event.SeriesObserved observed -> requests;
            case Event.StatusAsked asked -> requests;
            case Event.Acting acting when acting.event() instanceof ActingEvent.Ordered -> requests;
            case Event.Rule(RuleEvent.Asked asked) -> requests;
            default -> control;
        };
    }

    private static int weight(Event event) {
        return event instanceof Event.Sampled sampled ? sampled.measured().size() : 1;
    }

    private boolean put(Room room, Event event) {
        int weight = weight(event);
        if (!room.hasRoomFor(weight)) {
            room.refused.add(weight);
            return false;
        }
        room.waiting += weight;
        waiting.addLast(new Slot(room, event));
        return true;
    }

    private boolean putMeasured(Event.Measured event) {
        if (measurements.isFull()) {
            Slot before = newest.get(event.sensor());
            if (before != null || newest.size() >= SENSORS_MAX) {
                measurements.refused.increment();
            }
            if (before != null) {
                before.event = event;
                return true;
            }
            if (newest.size() >= SENSORS_MAX) {
                return false;
            }
        }
        Slot slot = new Slot(measurements, event);
        newest.put(event.sensor(), slot);
        measurements.waiting++;
        waiting.addLast(slot);
        return true;
    }

    /**
     * Moves up to this many events, the first ones, without waiting. Only for the one consumer.
     *
     * @return how many
     */
    public int drain(Collection<? super Event> into, int most) {
        synchronized (lock) {
            int moved = 0;
            while (moved < most) {
                Slot slot = waiting.pollFirst();
                if (slot == null) {
                    break;
                }
                slot.room.waiting -= weight(slot.event);
                if (slot.event instanceof Event.Measured measured) {
                    newest.remove(measured.sensor(), slot);
                }
                into.add(slot.event);
                moved++;
            }
            size = waiting.size();
            return moved;
        }
    }

    /**
     * Waits until there is something to take, somebody calls {@link #wake}, or the time has come.
     * Only for the one consumer; it may also come back for nothing.
     *
     * @param deadlineNanos on the monotonic clock
     */
    public void await(long deadlineNanos) {
        parked = Thread.currentThread();
        try {
            // Whoever puts something in after this look sees who is parked.
            while (size == 0 && !woken) {
                long left = deadlineNanos - time.monotonicNanos();
                if (left <= 0) {
                    break;
                }
                LockSupport.parkNanos(this, left);
                if (Thread.interrupted()) {
                    // Left set, it would turn every later wait into a spin.
                    break;
                }
            }
        } finally {
            parked = null;
            woken = false;
        }
    }

    /** Ends the consumer's wait, the present one or else the next. */
    public void wake() {
        woken = true;
        unpark();
    }

    private void unpark() {
        Thread consumer = parked;
        if (consumer != null) {
            LockSupport.unpark(consumer);
        }
    }

    /** How many events wait. */
    public int size() {
        return size;
    }
}
