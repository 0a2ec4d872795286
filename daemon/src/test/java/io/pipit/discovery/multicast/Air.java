package io.pipit.discovery.multicast;

import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungReport;
import io.pipit.discovery.rung.Sighting;
import io.pipit.host.ManualTime;
import io.pipit.model.NodeId;
import io.pipit.monitor.Metrics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A link that exists in memory alone, with nodes on it, stepped by hand. */
final class Air {
    static final long MILLI = 1_000_000;
    static final long SECOND = 1_000 * MILLI;
    private static final int PORT = 5684;

    private record Packet(
            long atNanos,
            long number,
            InetSocketAddress from,
            @Nullable Station to,
            byte[] bytes) {}

    /** One node. */
    final class Station implements LinkTalk.Wire, LinkTalk.Peers {
        final NodeId id;
        final InetSocketAddress socket;
        final LinkTalk talk;
        final RungReport report = new RungReport(Rung.MULTICAST, new Metrics());
        final Map<NodeId, InetSocketAddress> found = new LinkedHashMap<>();
        final Set<NodeId> trusted = new HashSet<>();
        final Set<NodeId> missed = new HashSet<>();
        final List<byte[]> toAll = new ArrayList<>();
        final List<byte[]> answers = new ArrayList<>();
        long received;
        String sendError = "";
        private long dueNanos;

        Station(int number, @Nullable String name) {
            id = id(number);
            InetAddress address = address(number);
            socket = new InetSocketAddress(address, 40_000);
            talk =
                    new LinkTalk(
                            new LinkTalk.Self(id, name),
                            new Link("eth0", 2, address, 16, PORT),
                            clock,
                            random::nextLong,
                            this,
                            this,
                            report,
                            this::sighted);
            dueNanos = clock.monotonicNanos();
        }

        private void sighted(Sighting sighting) {
            found.put(sighting.id(), sighting.address());
        }

        @Override
        public String toAll(byte[] datagram) {
            toAll.add(datagram);
            sent++;
            if (sendError.isEmpty()) {
                stations.forEach(station -> carry(socket, station, datagram));
            }
            return sendError;
        }

        @Override
        public void to(InetSocketAddress destination, byte[] datagram) {
            answers.add(datagram);
            sent++;
            stations.stream()
                    .filter(station -> station.socket.equals(destination))
                    .forEach(station -> carry(socket, station, datagram));
        }

        @Override
        public boolean isTrusted(NodeId peer) {
            return trusted.contains(peer);
        }

        @Override
        public boolean isMissed(NodeId peer) {
            return missed.contains(peer);
        }

        /** A datagram comes from this address, whoever sends it. */
        void hears(InetSocketAddress from, byte[] datagram) {
            received++;
            talk.received(from, datagram);
            dueNanos = clock.monotonicNanos();
        }
    }

    final List<Station> stations = new ArrayList<>();
    final Random random;
    final ManualTime clock = new ManualTime();

    /** Of 100 datagrams so many are lost. */
    int lossPercent;

    /** Datagrams that were sent. */
    long sent;

    private final PriorityQueue<Packet> flying =
            new PriorityQueue<>(
                    Comparator.comparingLong(Packet::atNanos).thenComparingLong(Packet::number));
    private long numbers;

    Air(long seed) {
        random = new Random(seed);
    }

    static NodeId id(int number) {
        byte[] bytes = new byte[16];
        new Random(number).nextBytes(bytes);
        return NodeId.ofBytes(bytes);
    }

    static InetAddress address(int number) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {10, 1, (byte) (number >> 8), (byte) number});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    Station station(int number) {
        return station(number, null);
    }

    Station station(int number, @Nullable String name) {
        Station station = new Station(number, name);
        stations.add(station);
        return station;
    }

    void leave(Station station) {
        stations.remove(station);
    }

    private void carry(InetSocketAddress from, Station to, byte[] bytes) {
        boolean isOwn = to.socket.equals(from);
        if (isOwn || random.nextInt(100) >= lossPercent) {
            long delay = isOwn ? 0 : MILLI / 2 + random.nextInt((int) MILLI);
            flying.add(new Packet(clock.monotonicNanos() + delay, numbers++, from, to, bytes));
        }
    }

    /** Lets so much time pass. */
    void pass(long nanos) {
        long end = clock.monotonicNanos() + nanos;
        while (true) {
            long next = flying.isEmpty() ? Long.MAX_VALUE : flying.peek().atNanos;
            for (Station station : stations) {
                next = Math.min(next, station.dueNanos);
            }
            if (next > end) {
                clock.advanceTo(end);
                return;
            }
            clock.advanceTo(next);
            while (!flying.isEmpty() && flying.peek().atNanos <= clock.monotonicNanos()) {
                Packet packet = flying.poll();
                if (stations.contains(packet.to)) {
                    packet.to.hears(packet.from, packet.bytes);
                }
            }
            for (Station station : stations) {
                if (station.dueNanos <= clock.monotonicNanos()) {
                    station.dueNanos = station.talk.step();
                }
            }
        }
    }
}
