package io.pipit.coap.strangers;

import io.pipit.identity.pairing.PairingMessage;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller;
import java.net.InetSocketAddress;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.Message;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.scandium.dtls.Connection;

/**
 * The sessions of keys that nobody trusts yet: few, for seconds, and only while they are welcome.
 * Thread-safe.
 */
public final class Guests {
    /** At the same time. */
    static final int GUESTS_MAX = 4;

    /** How long one may stay, seconds. */
    static final int STAY_S = 30;

    private final BooleanSupplier welcome;
    private final ScheduledExecutorService timer;
    private final Counter admitted;
    private final Counter refused;

    /** By identity, since a connection's hash changes; guarded by itself. */
    private final IdentityHashMap<Connection, Stay> present = new IdentityHashMap<>();

    private record Stay(Runnable showOut, ScheduledFuture<?> end) {}

    /**
     * @param welcome whether a pairing window is open; any thread, doesn't wait
     */
    public Guests(BooleanSupplier welcome, ScheduledExecutorService timer, Metrics metrics) {
        this.welcome = welcome;
        this.timer = timer;
        this.admitted =
                metrics.counter(
                        "pipit_dtls_guests", "Strangers let in while a pairing window was open");
        this.refused =
                metrics.counter(
                        "pipit_dtls_guests_refused",
                        "Strangers beyond the limit while a pairing window was open");
    }

    /** Whether a pairing window is open. */
    public boolean areWelcome() {
        return welcome.getAsBoolean();
    }

    /** Whether one more may come in. */
    public boolean admits() {
        if (!welcome.getAsBoolean()) {
            return false;
        }
        synchronized (present) {
            if (present.size() < GUESTS_MAX) {
                return true;
            }
        }
        refused.increment();
        return false;
    }

    /** Whether a stranger's message is listened to. */
    public boolean hears(Message message) {
        return welcome.getAsBoolean() && isForPairing(message);
    }

    /** Whether it is one of pairing, whole in itself. */
    public static boolean isForPairing(Message message) {
        if (!(message instanceof Request request) || request.getCode() != CoAP.Code.POST) {
            return false;
        }
        OptionSet options = request.getOptions();
        return options.getUriPath().equals(List.of(Caller.PAIR))
                && !options.hasBlock1()
                && !options.hasBlock2()
                && !options.hasObserve()
                && request.getPayloadSize() <= PairingMessage.BYTES_MAX;
    }

    /**
     * One has come in.
     *
     * @param showOut closes its session
     */
    public void arrived(Connection connection, Runnable showOut) {
        synchronized (present) {
            if (welcome.getAsBoolean() && present.size() < GUESTS_MAX) {
                admitted.increment();
                ScheduledFuture<?> end =
                        timer.schedule(() -> leave(connection), STAY_S, TimeUnit.SECONDS);
                present.put(connection, new Stay(showOut, end));
                return;
            }
        }
        refused.increment();
        timer.execute(showOut);
    }

    private void leave(Connection connection) {
        Stay stay;
        synchronized (present) {
            stay = present.remove(connection);
        }
        if (stay != null) {
            stay.end.cancel(false);
            stay.showOut.run();
        }
    }

    /** Somebody there said goodbye. */
    public void closed(InetSocketAddress source) {
        List<Connection> there;
        synchronized (present) {
            there =
                    present.keySet().stream()
                            .filter(connection -> source.equals(connection.getPeerAddress()))
                            .toList();
        }
        there.forEach(this::leave);
    }

    /** Its session is gone. */
    public void left(Connection connection) {
        synchronized (present) {
            Stay stay = present.remove(connection);
            if (stay != null) {
                stay.end.cancel(false);
            }
        }
    }

    /** Nobody is welcome any more. */
    public void showOut() {
        List<Connection> all;
        synchronized (present) {
            all = List.copyOf(present.keySet());
        }
        all.forEach(this::leave);
    }
}
