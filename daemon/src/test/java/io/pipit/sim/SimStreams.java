package io.pipit.sim;

import io.pipit.model.Filter;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The same over connections: nothing is lost or overtakes, until a connection breaks. That shows
 * when something is sent, and ends everything that went over it.
 */
class SimStreams extends SimLinks {
    private static final long SECOND = 1_000_000_000L;
    private static final long CONNECT_MAX_NANOS = 4 * SECOND;

    /** A connection that the one process made to the other. */
    private static final class Stream {
        final List<Consumer<SimLinks>> waiting = new ArrayList<>();
        @Nullable SimProcess server;
        boolean broken;
        long upNanos;
        long downNanos;
    }

    private final Map<NodeId, Stream> streams = new HashMap<>();
    private final Map<Long, Fetch> fetches = new HashMap<>();

    SimStreams(Simulation sim, SimProcess process) {
        super(sim, process);
    }

    @Override
    Path path() {
        return Path.TCP;
    }

    @Override
    int answerBytesMax() {
        return 64 << 10;
    }

    @Override
    void tryFetching(Fetch fetch, Filter filter, int attempt) {
        fetches.put(fetch.number(), fetch);
        transmit(fetch.peer(), there -> there.isAsked(this, fetch, filter));
    }

    @Override
    void tryObserving(NodeId peer, Filter filter, long token, int attempt) {
        transmit(peer, there -> there.isObserved(this, filter, asServed(filter), token));
    }

    @Override
    void transmit(NodeId peer, Consumer<SimLinks> arrives) {
        Stream stream = streams.get(peer);
        if (stream == null) {
            stream = new Stream();
            streams.put(peer, stream);
            connect(peer, stream);
        } else if (stream.broken) {
            // Lost; who asks is told so with all else, when the break is noticed.
            return;
        }
        if (stream.server == null) {
            stream.waiting.add(arrives);
        } else {
            up(peer, stream, arrives);
        }
    }

    @Override
    void reply(SimLinks client, Consumer<SimLinks> arrives, Consumer<SimLinks> otherwise) {
        NodeId self = process.machine.id;
        Stream stream = ((SimStreams) client).streams.get(self);
        if (stream == null || stream.broken || stream.server != process) {
            return;
        }
        stream.downNanos = Math.max(stream.downNanos, sim.nowNanos() + latency());
        sim.at(
                stream.downNanos,
                () -> {
                    if (isBroken(stream, self, (SimStreams) client)) {
                        return;
                    }
                    arrives.accept(client);
                });
    }

    private void connect(NodeId peer, Stream stream) {
        SimMachine target = sim.machine(peer);
        boolean cut = sim.isTcpCut(process.machine, target);
        sim.after(
                cut ? CONNECT_MAX_NANOS : 2 * latency(),
                () -> {
                    SimProcess server = target.process();
                    if (process.isDead()) {
                        stream.broken = true;
                    } else if (server == null || sim.isTcpCut(process.machine, target)) {
                        lose(peer, stream);
                    } else {
                        sim.trace("connected", process.machine.number, target.number);
                        stream.server = server;
                        stream.waiting.forEach(each -> up(peer, stream, each));
                        stream.waiting.clear();
                    }
                });
    }

    private void up(NodeId peer, Stream stream, Consumer<SimLinks> arrives) {
        stream.upNanos = Math.max(stream.upNanos, sim.nowNanos() + latency());
        sim.at(
                stream.upNanos,
                () -> {
                    SimProcess server = stream.server;
                    if (server != null && !isBroken(stream, peer, this)) {
                        SimLinks there = server.streams;
                        if (there != null) {
                            arrives.accept(there);
                        }
                    }
                });
    }

    /** Looks whether it still holds; where it doesn't, both sides are told. */
    private static boolean isBroken(Stream stream, NodeId peer, SimStreams client) {
        SimProcess server = stream.server;
        boolean holds =
                !stream.broken
                        && server != null
                        && !server.isDead()
                        && !client.process.isDead()
                        && !client.sim.isTcpCut(client.process.machine, server.machine);
        if (!holds && !stream.broken) {
            client.lose(peer, stream);
        }
        return !holds;
    }

    private void lose(NodeId peer, Stream stream) {
        sim.trace("connection lost", process.machine.number, 0);
        stream.broken = true;
        SimProcess server = stream.server;
        if (server != null && !server.isDead() && server.streams != null) {
            server.streams.isLeftBy(process.machine.id);
        }
        sim.after(
                sim.between(0, SECOND),
                () -> {
                    if (!process.isDead()) {
                        streams.remove(peer);
                        tellLost(peer);
                    }
                });
    }

    private void tellLost(NodeId peer) {
        for (Fetch fetch : List.copyOf(fetches.values())) {
            if (fetch.peer().equals(peer)) {
                fetches.remove(fetch.number());
                if (isGivenUp(fetch.number())) {
                    process.offer(
                            new Event.FetchFailed(
                                    fetch.number(),
                                    peer,
                                    fetch.filter(),
                                    "the connection broke",
                                    Path.TCP));
                }
            }
        }
        endObservations(peer, "the connection broke");
    }

    /** TCP is slower. */
    private long latency() {
        return 2 * sim.latencyNanos() + sim.between(0, 10_000_000);
    }
}
