package io.pipit.tcp;

import io.netty.channel.Channel;
import io.pipit.identity.pairing.PairingMessage;
import io.pipit.model.NodeId;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Resources;
import io.pipit.tcp.session.Session;
import io.pipit.tcp.session.SessionCounters;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.tcp.session.Sessions;
import io.pipit.wire.Options;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of keys that nobody trusts yet: few, for seconds, with small messages, and only
 * while they are welcome. On the event loop, but for {@link #areWelcome}.
 */
final class Strangers {
    /** At the same time, with those that this node makes. */
    static final int CONNECTIONS_MAX = 4;

    /** How long one may stay, seconds. */
    static final int STAY_S = 30;

    private static final int OVERHEAD_BYTES = 128;

    private static final SessionLimits LIMITS =
            new SessionLimits(
                    CONNECTIONS_MAX,
                    1,
                    0,
                    PairingMessage.BYTES_MAX + OVERHEAD_BYTES,
                    16 * 1_024,
                    64 * 1_024,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(STAY_S),
                    Duration.ofSeconds(STAY_S));

    private final BooleanSupplier welcome;
    private final Sessions sessions;
    private final Counter refused;
    private final Map<Session, NodeId> guests = new HashMap<>();

    Strangers(BooleanSupplier welcome, Resources resources, Metrics metrics) {
        this.welcome = welcome;
        this.sessions =
                new Sessions(resources, LIMITS, SessionCounters.of(metrics, "tcp_strangers"));
        this.refused =
                metrics.counter(
                        "pipit_tcp_guests_refused",
                        "Strangers beyond the limit while a pairing window was open.");
    }

    /** Whether a pairing window is open. Any thread. */
    boolean areWelcome() {
        return welcome.getAsBoolean();
    }

    /** Takes one in, if there is room; else its connection is closed without a word. */
    void arrived(Channel channel, NodeId id, Supplier<@Nullable Caller> caller) {
        if (sessions.isFull()) {
            refused.increment();
            var _ = channel.close();
            return;
        }
        Session session =
                add(
                        channel,
                        caller,
                        new Session.Watch() {
                            @Override
                            public void closed(Session closed, String reason) {
                                guests.remove(closed);
                            }
                        });
        guests.put(session, id);
        limit(channel, session);
    }

    /** One that this node made itself, to ask and not to be asked. */
    void called(Channel channel, Session.Watch watch) {
        limit(channel, add(channel, () -> null, watch));
    }

    private Session add(Channel channel, Supplier<@Nullable Caller> caller, Session.Watch watch) {
        return sessions.add(channel, caller, watch);
    }

    private static void limit(Channel channel, Session session) {
        var end =
                channel.eventLoop()
                        .schedule(
                                () -> session.abort("your time is up", Options.NONE),
                                STAY_S,
                                TimeUnit.SECONDS);
        channel.closeFuture().addListener(_ -> end.cancel(false));
    }

    /**
     * Nobody is welcome any more.
     *
     * @param stays who is a peer by now, and may have an answer coming
     */
    void showOut(Predicate<NodeId> stays) {
        Map.copyOf(guests)
                .forEach((session, id) -> {
                    if (!stays.test(id)) {
                        session.abort("the pairing window is closed", Options.NONE);
                    }
                });
    }

    /** Says goodbye to all. */
    void release() {
        sessions.release();
    }
}
