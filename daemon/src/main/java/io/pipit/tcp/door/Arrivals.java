package io.pipit.tcp.door;

import io.netty.channel.Channel;
import io.pipit.monitor.Counter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections that haven't proved yet to be a peer's: so many of one source, so many in all, and
 * the oldest makes way for the next. Who comes from where a peer was before has a place in any
 * case. Lives on the event loop.
 */
public final class Arrivals {
    /** Handshakes of strangers under way. */
    public static final int HANDSHAKES_MAX = 64;

    /** Of those from one address, which may be a peer's. */
    public static final int OF_SOURCE_MAX = 8;

    /** So long one is left alone before it may have to make way, milliseconds. */
    static final int ALONE_MS = 1_000;

    /** Addresses of peers that are kept in mind. */
    private static final int KNOWN_MAX = 256;

    /** One of them. */
    public static final class Arrival {
        private final Channel channel;
        private final InetAddress source;
        private final boolean stranger;
        private boolean over;

        private Arrival(Channel channel, InetAddress source, boolean stranger) {
            this.channel = channel;
            this.source = source;
            this.stranger = stranger;
        }
    }

    private final Counter evicted;
    private final Set<Arrival> underWay = new LinkedHashSet<>();
    private final Map<InetAddress, Boolean> known =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<InetAddress, Boolean> eldest) {
                    return size() > KNOWN_MAX;
                }
            };

    /**
     * @param evicted counts those that made way
     */
    public Arrivals(Counter evicted) {
        this.evicted = evicted;
    }

    /** Takes one in; null where there is no room. */
    public @Nullable Arrival admit(Channel channel) {
        InetAddress source = ((InetSocketAddress) channel.remoteAddress()).getAddress();
        boolean stranger = known.get(source) == null;
        int ofSource = 0;
        int strangers = 0;
        Arrival oldest = null;
        for (Arrival other : underWay) {
            ofSource += other.source.equals(source) ? 1 : 0;
            strangers += other.stranger ? 1 : 0;
            oldest = oldest == null && other.stranger ? other : oldest;
        }
        if (ofSource >= OF_SOURCE_MAX) {
            return null;
        }
        if (stranger && oldest != null && strangers >= HANDSHAKES_MAX) {
            if (!oldest.over) {
                return null;
            }
            evicted.increment();
            underWay.remove(oldest);
            var _ = oldest.channel.close();
        }
        Arrival arrival = new Arrival(channel, source, stranger);
        underWay.add(arrival);
        var _ =
                channel.eventLoop()
                        .schedule(() -> arrival.over = true, ALONE_MS, TimeUnit.MILLISECONDS);
        return arrival;
    }

    /** It came to something, or to nothing. */
    public void ended(Arrival arrival) {
        underWay.remove(arrival);
    }

    /** A peer proved to be there. */
    public void proved(InetAddress source) {
        known.put(source, true);
    }
}
