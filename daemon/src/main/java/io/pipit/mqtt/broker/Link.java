package io.pipit.mqtt.broker;

import io.pipit.mqtt.broker.Broker.Connection;
import io.pipit.mqtt.broker.Broker.Limits;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.port.Entropy;
import io.pipit.port.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The way to one broker: a connection, and another one whenever that ends, for ever. All on one
 * thread, to which what the library says is handed over; what a former connection says is not
 * heard.
 */
public final class Link {
    /** From the beginning of a connection until the broker took it, nanoseconds. */
    static final long CONNECT_NANOS_MAX = 20_000_000_000L;

    /** Before the second try to connect; then twice as long each time, less up to a half. */
    static final long AGAIN_FIRST_NANOS = 1_000_000_000L;

    /** At the most. */
    static final long AGAIN_LAST_NANOS = 60_000_000_000L;

    /** A connection that lasted so long begins the waits anew. */
    static final long STABLE_NANOS = 10_000_000_000L;

    /** How long the broker keeps a command for this node while it is away. */
    static final Duration COMMAND_AGE_MAX = Duration.ofSeconds(60);

    /** Messages from the broker that wait for the thread. */
    static final int ARRIVED_MAX = 16;

    /** Whom the connections are for. Heard on the thread. */
    public interface User {
        /** The broker took a connection. */
        void begun(Connection connection, Limits limits);

        /** It is over, or didn't come about. */
        void ended(Trouble why);

        /** It didn't come about for something in the will, without which it is tried at once. */
        void gaveWay();

        /** None is tried now, and why. */
        void waits(Trouble why);

        /** The broker has a message, or refuses it. */
        void acknowledged(long number, Reason reason);

        /** It doesn't let this node subscribe. */
        void unsubscribed(Reason reason);

        /** Something came on a topic that was subscribed to. */
        void arrived(Message message);

        /** Something came, and more waits already than may. On any thread. */
        void overrun();
    }

    private final Broker broker;
    private final Login.Identity identity;
    private final Message will;
    private final User user;
    private final Executor thread;
    private final TimeSource time;
    private final Entropy entropy;
    private final AtomicInteger arrived = new AtomicInteger();
    private @Nullable Connection connection;
    private int connections;
    private boolean connected;
    private boolean wasConnected;
    private long begunNanos;
    private long endedNanos;
    private long againNanos;
    private long waitNanos = AGAIN_FIRST_NANOS;
    private boolean willRetained = true;
    private boolean willAcknowledged = true;

    /**
     * Connects at the first {@link #tick}.
     *
     * @param will what the broker is to publish when a connection ends otherwise than meant
     * @param thread does one thing after the other, and lets no exception out
     */
    public Link(
            Broker broker,
            Login.Identity identity,
            Message will,
            User user,
            Executor thread,
            TimeSource time,
            Entropy entropy) {
        this.broker = broker;
        this.identity = identity;
        this.will = will;
        this.user = user;
        this.thread = thread;
        this.time = time;
        this.entropy = entropy;
        endedNanos = time.monotonicNanos();
        againNanos = endedNanos;
    }

    /** What one connection says. */
    private final class Events implements Broker.Listener {
        private final int of = ++connections;

        private void hand(Runnable task) {
            thread.execute(() -> {
                if (connection != null && of == connections) {
                    task.run();
                }
            });
        }

        @Override
        public void connected(Limits limits) {
            hand(() -> begin(limits));
        }

        @Override
        public void lost(Trouble why) {
            hand(() -> end(why));
        }

        @Override
        public void acknowledged(long number, Reason reason) {
            hand(() -> user.acknowledged(number, reason));
        }

        @Override
        public void subscribed(List<Reason> reasons) {
            hand(() -> reasons.stream().filter(Reason::isFailure).forEach(user::unsubscribed));
        }

        @Override
        public void arrived(Message message) {
            if (arrived.incrementAndGet() > ARRIVED_MAX) {
                arrived.decrementAndGet();
                user.overrun();
                return;
            }
            hand(() -> user.arrived(message));
            thread.execute(arrived::decrementAndGet);
        }
    }

    /** Connects where that is due, and gives up a broker that doesn't answer. */
    public void tick() {
        long now = time.monotonicNanos();
        if (connection == null) {
            if (now >= againNanos) {
                connect(now);
            }
        } else if (!connected && now - begunNanos > CONNECT_NANOS_MAX) {
            drop(Trouble.silent());
        }
    }

    /** Connects, whether that is due or not. */
    public void connectNow() {
        if (connection == null) {
            connect(time.monotonicNanos());
        }
    }

    /** Whether the broker took the present connection. */
    public boolean isConnected() {
        return connected;
    }

    private void connect(long now) {
        if (broker.isCrowded()) {
            againNanos = now + AGAIN_LAST_NANOS;
            user.waits(new Trouble("keeps former connections waiting", ""));
            return;
        }
        begunNanos = now;
        boolean clean = !wasConnected || now - endedNanos > COMMAND_AGE_MAX.toNanos();
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
        if (taken != null) {
            connected = true;
            wasConnected = true;
            willRetained = limits.retains();
            willAcknowledged = limits.acknowledges();
            user.begun(taken, limits);
        }
    }

    /** Cuts the present connection off. */
    public void drop(Trouble why) {
        Connection left = connection;
        if (left != null) {
            connection = null;
            left.close(0);
            end(why);
        }
    }

    private void end(Trouble why) {
        long now = time.monotonicNanos();
        boolean refused = !connected;
        if (connected && now - begunNanos > STABLE_NANOS) {
            waitNanos = AGAIN_FIRST_NANOS;
        }
        if (connected) {
            endedNanos = now;
        }
        connection = null;
        connected = false;
        if (why.reason().map(this::givesWay).orElse(false) && refused) {
            user.gaveWay();
            connect(now);
            return;
        }
        double part = (entropy.nextLong() >>> 11) * 0x1p-53;
        againNanos = now + (long) (waitNanos * (0.5 + part / 2));
        waitNanos = Math.min(2 * waitNanos, AGAIN_LAST_NANOS);
        user.ended(why);
    }

    /** Leaves out of the will what the broker refuses in it; whether there was something to. */
    private boolean givesWay(Reason reason) {
        boolean leaves =
                (willRetained && reason.isRetainUnsupported())
                        || (willAcknowledged && reason.isQosUnsupported());
        willRetained &= !reason.isRetainUnsupported();
        willAcknowledged &= !reason.isQosUnsupported();
        return leaves;
    }

    /**
     * Ends it for good; nothing of it is heard any more.
     *
     * @param willMillisMax how long the broker may take to be told so
     */
    public void close(long willMillisMax) {
        Connection left = connection;
        connection = null;
        connected = false;
        againNanos = Long.MAX_VALUE;
        if (left != null) {
            left.close(willMillisMax);
        }
    }
}
