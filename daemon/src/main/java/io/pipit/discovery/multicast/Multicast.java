package io.pipit.discovery.multicast;

import io.pipit.discovery.rung.Ear;
import io.pipit.discovery.rung.RungReport;
import io.pipit.discovery.rung.Sighting;
import io.pipit.model.NodeId;
import io.pipit.port.Entropy;
import io.pipit.port.TimeSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rung of CoAP multicast: a {@link LinkTalk} on each link, on one thread of its own, which
 * sleeps while there is nothing to say or to hear. What it finds is told on that thread. Its
 * methods may be called from any.
 */
public final class Multicast implements Ear {
    /** Datagrams that are taken from one socket before the others have their turn. */
    private static final int BATCH_MAX = 64;

    /** A link whose sockets can't be opened is tried again so much later, nanoseconds. */
    private static final long REOPEN_NANOS = 10_000_000_000L;

    private static final int STOP_MS = 500;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** A link in use. */
    private record Open(LinkTalk talk, LinkSocket socket) {}

    /** A link that can't be used, why, and when to try again. */
    private record Closed(String why, long againNanos) {}

    private final LinkTalk.Self self;
    private final TimeSource time;
    private final Entropy entropy;
    private final LinkTalk.Peers peers;
    private final RungReport report;
    private final Consumer<Sighting> sightings;
    private final Selector selector;
    private final Thread thread;
    private final Map<Link, Open> open = new LinkedHashMap<>();
    private final Map<Link, Closed> closed = new LinkedHashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(LinkMessage.BYTES_MAX + 1);
    private volatile @Nullable Links wanted;
    private volatile boolean seeking;
    private volatile boolean stopping;
    private volatile List<Sighting> heard = List.of();

    /**
     * Starts it; it is silent until it is told its links.
     *
     * @param name null where it isn't to be announced
     * @param trusted whether a node is; must not block
     * @param missed whether a trusted one can't be reached at present; must not block
     * @param sightings hears of each claim, believed or not
     */
    public Multicast(
            NodeId self,
            @Nullable String name,
            TimeSource time,
            Entropy entropy,
            Predicate<NodeId> trusted,
            Predicate<NodeId> missed,
            RungReport report,
            Consumer<Sighting> sightings,
            ThreadFactory threads)
            throws IOException {
        this.self = new LinkTalk.Self(self, name);
        this.time = time;
        this.entropy = entropy;
        this.peers =
                new LinkTalk.Peers() {
                    @Override
                    public boolean isTrusted(NodeId id) {
                        return trusted.test(id);
                    }

                    @Override
                    public boolean isMissed(NodeId id) {
                        return missed.test(id);
                    }
                };
        this.report = report;
        this.sightings = sightings;
        selector = Selector.open();
        thread = threads.newThread(this::run);
        thread.start();
    }

    /** These are the links from now on. */
    public void links(Links now) {
        wanted = now;
        selector.wakeup();
    }

    @Override
    public void seek() {
        seeking = true;
        selector.wakeup();
    }

    @Override
    public List<Sighting> heard() {
        return heard;
    }

    private void run() {
        try {
            while (!stopping) {
                long due = step();
                long waitMs = (due - time.monotonicNanos()) / NANOS_PER_MILLI + 1;
                if (waitMs > 0) {
                    selector.select(waitMs);
                } else {
                    selector.selectNow();
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.isValid()) {
                        read(key);
                    }
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException | RuntimeException e) {
            report.fails("it ended by " + e + "; restart the node to have it again");
            throw new IllegalStateException("multicast ended", e);
        } finally {
            open.values().forEach(Multicast::close);
            closeSelector();
        }
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException _) {
            // Nothing hangs on it any more.
        }
    }

    /** Says when there is more to do, monotonic nanoseconds; at the latest in a minute. */
    private long step() {
        Links now = wanted;
        if (now != null) {
            apply(now);
        }
        if (seeking) {
            seeking = false;
            open.values().forEach(one -> one.talk.seek());
        }
        long due = time.monotonicNanos() + 6 * REOPEN_NANOS;
        for (Open one : open.values()) {
            due = Math.min(due, one.talk.step());
        }
        for (Closed one : closed.values()) {
            due = Math.min(due, one.againNanos);
        }
        List<Sighting> all = new ArrayList<>();
        open.values().forEach(one -> all.addAll(one.talk.heard()));
        heard = List.copyOf(all);
        if (now != null) {
            tell(now);
        }
        return due;
    }

    private void apply(Links now) {
        open.entrySet()
                .removeIf(one -> {
                    boolean gone = !now.links().contains(one.getKey());
                    if (gone) {
                        close(one.getValue());
                    }
                    return gone;
                });
        closed.keySet().retainAll(now.links());
        for (Link link : now.links()) {
            Closed before = closed.get(link);
            if (open.containsKey(link)
                    || (before != null && before.againNanos > time.monotonicNanos())) {
                continue;
            }
            try {
                open.put(link, open(link));
                closed.remove(link);
            } catch (IOException e) {
                closed.put(
                        link,
                        new Closed(link + ": " + why(e), time.monotonicNanos() + REOPEN_NANOS));
            }
        }
    }

    private Open open(Link link) throws IOException {
        LinkTalk[] talk = new LinkTalk[1];
        Consumer<Received> hears = received -> talk[0].received(received.from, received.bytes);
        LinkSocket socket = LinkSocket.open(link, selector, hears);
        talk[0] = new LinkTalk(self, link, time, entropy, socket, peers, report, sightings);
        return new Open(talk[0], socket);
    }

    private record Received(InetSocketAddress from, byte[] bytes) {}

    private static String why(IOException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.contains("Address already in use")
                ? "another program has UDP port 5683 and doesn't share it; 'ss -ulpn' names it"
                : message;
    }

    @SuppressWarnings("unchecked")
    private void read(SelectionKey key) {
        DatagramChannel channel = (DatagramChannel) key.channel();
        Consumer<Received> hears = (Consumer<Received>) key.attachment();
        for (int i = 0; i < BATCH_MAX; i++) {
            buffer.clear();
            SocketAddress from;
            try {
                from = channel.receive(buffer);
            } catch (IOException e) {
                // Of something sent before; what comes next may be well.
                report.refused();
                continue;
            }
            if (!(from instanceof InetSocketAddress source)) {
                return;
            }
            byte[] bytes = new byte[buffer.flip().remaining()];
            buffer.get(bytes);
            hears.accept(new Received(source, bytes));
        }
    }

    private void tell(Links now) {
        List<String> trouble = new ArrayList<>();
        closed.values().forEach(one -> trouble.add(one.why));
        open.values().stream()
                .map(one -> one.talk.trouble())
                .filter(text -> !text.isEmpty())
                .forEach(trouble::add);
        int omitted = now.omitted();
        if (omitted > 0) {
            trouble.add(omitted + " links more than " + Links.LINKS_MAX + " are left out");
        }
        // What works on the machine alone is no comfort where it has a network.
        boolean isNetworked = now.links().stream().anyMatch(link -> !link.isLocal());
        long well =
                open.entrySet().stream()
                        .filter(one -> one.getValue().talk.trouble().isEmpty())
                        .filter(one -> !isNetworked || !one.getKey().isLocal())
                        .count();
        if (now.links().isEmpty()) {
            report.fails(
                    "no interface that is up and that [coap] listen covers can multicast; see 'ip"
                            + " address'");
        } else if (well == 0) {
            report.fails(String.join("; ", trouble));
        } else if (!trouble.isEmpty()) {
            report.limps(String.join("; ", trouble));
        } else {
            report.works(
                    "on "
                            + open.keySet().stream()
                                    .map(Link::toString)
                                    .collect(Collectors.joining(", ")));
        }
    }

    private static void close(Open one) {
        try {
            one.socket.close();
        } catch (IOException _) {
            // It is gone one way or another.
        }
    }

    @Override
    public void close() {
        stopping = true;
        selector.wakeup();
        try {
            thread.join(STOP_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
