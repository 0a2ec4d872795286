package io.pipit.sim;

import io.pipit.model.Filter;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import io.pipit.port.LogSubscriber;
import io.pipit.port.PeerLinks;
import io.pipit.port.PeerLinks.Path;
import io.pipit.wire.Format;
import io.pipit.wire.SliceCodec;
import io.pipit.wire.WireException;
import io.pipit.wire.compact.CompactSlice;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of the links of one process: requests that are repeated a few times, notifications that
 * aren't, each in a datagram by itself, in the bytes that really travel.
 */
class SimLinks implements PeerLinks {
    private record Observation(NodeId peer, Filter filter) {}

    private static final long SECOND = 1_000_000_000L;
    private static final long RETRY_NANOS = SECOND;
    private static final int TRIES_MAX = 3;

    final Simulation sim;
    final SimProcess process;
    private final Map<Observation, Long> observing = new HashMap<>();
    private final Set<Long> confirmed = new HashSet<>();
    private final Set<Long> asking = new HashSet<>();
    private final Map<Observation, LogSubscriber> observers = new HashMap<>();
    private @Nullable LogSlice encoded;
    private List<byte[]> packs = List.of();
    private long tokens;

    SimLinks(Simulation sim, SimProcess process) {
        this.sim = sim;
        this.process = process;
    }

    Path path() {
        return Path.UDP;
    }

    int answerBytesMax() {
        return sim.answerBytesMax;
    }

    /** Sends it to whatever runs there. */
    void transmit(NodeId peer, Consumer<SimLinks> arrives) {
        sim.send(process.machine, peer, there -> arrives.accept(there.links));
    }

    /** Sends it to who asked; where that runs no longer, the other comes about. */
    void reply(SimLinks client, Consumer<SimLinks> arrives, Consumer<SimLinks> otherwise) {
        sim.send(
                process.machine,
                client.process.machine.id,
                there -> {
                    if (there.run == client.process.run) {
                        arrives.accept(client);
                    } else {
                        otherwise.accept(there.links);
                    }
                });
    }

    // As a client

    @Override
    public void subscribe(NodeId peer, Filter filter) {
        sim.mayLosePower(process);
        long token = ++tokens;
        observing.put(new Observation(peer, filter), token);
        tryObserving(peer, filter, token, 1);
    }

    @Override
    public void unsubscribe(NodeId peer, Filter filter) {
        observing.remove(new Observation(peer, filter));
        cancel(peer, filter);
    }

    @Override
    public void fetch(Fetch fetch) {
        sim.mayLosePower(process);
        sim.checks.acknowledged(process.machine, fetch);
        sim.trace("fetch", process.machine.number, fetch.after());
        asking.add(fetch.number());
        tryFetching(fetch, asServed(fetch.filter()), 1);
    }

    /** What is sent for it; the filter is what the peer gets to see. */
    void tryFetching(Fetch fetch, Filter filter, int attempt) {
        if (process.isDead() || !asking.contains(fetch.number())) {
            return;
        }
        if (attempt > TRIES_MAX) {
            asking.remove(fetch.number());
            process.offer(
                    new Event.FetchFailed(
                            fetch.number(), fetch.peer(), fetch.filter(), "no answer", path()));
            return;
        }
        transmit(fetch.peer(), there -> there.isAsked(this, fetch, filter));
        sim.after(RETRY_NANOS, () -> tryFetching(fetch, filter, attempt + 1));
    }

    void tryObserving(NodeId peer, Filter filter, long token, int attempt) {
        Observation observation = new Observation(peer, filter);
        if (process.isDead()
                || confirmed.contains(token)
                || !Long.valueOf(token).equals(observing.get(observation))) {
            return;
        }
        if (attempt > TRIES_MAX) {
            observing.remove(observation);
            process.offer(new Event.SubscriptionEnded(peer, filter, "no answer", path()));
            return;
        }
        transmit(peer, there -> there.isObserved(this, filter, asServed(filter), token));
        sim.after(RETRY_NANOS, () -> tryObserving(peer, filter, token, attempt + 1));
    }

    /** The filter that the peer gets to see. */
    Filter asServed(Filter filter) {
        return filter;
    }

    private void cancel(NodeId peer, Filter filter) {
        Observation mine = new Observation(process.machine.id, filter);
        transmit(peer, there -> there.isLeft(mine));
    }

    private void isNotified(NodeId peer, Filter filter, long token, byte[] pack) {
        confirmed.add(token);
        if (!observing.containsKey(new Observation(peer, filter))) {
            cancel(peer, filter);
        }
        // Also what nobody observes any more: the core is to know that by itself.
        process.offer(new Event.Received(peer, filter, decode(pack, false), path()));
    }

    /** Whether nothing came of it yet; nothing will. */
    boolean isGivenUp(long number) {
        return asking.remove(number);
    }

    void endObservations(NodeId peer, String reason) {
        for (Observation observation : List.copyOf(observing.keySet())) {
            if (observation.peer.equals(peer)) {
                observing.remove(observation);
                process.offer(
                        new Event.SubscriptionEnded(peer, observation.filter, reason, path()));
            }
        }
    }

    private void isAnswered(NodeId peer, Fetch fetch, LogSlice slice) {
        if (asking.remove(fetch.number())) {
            process.offer(new Event.Fetched(fetch.number(), peer, fetch.filter(), slice, path()));
        }
    }

    // As a server

    void isObserved(SimLinks client, Filter name, Filter filter, long token) {
        SimMachine peer = client.process.machine;
        Observation key = new Observation(peer.id, name);
        isLeft(key);
        LogSubscriber subscriber =
                slice -> {
                    for (byte[] pack : encode(slice)) {
                        reply(
                                client,
                                there -> there.isNotified(process.machine.id, name, token, pack),
                                there -> there.cancel(process.machine.id, name));
                    }
                };
        observers.put(key, subscriber);
        process.offer(new Event.FeedOpened(subscriber, filter, peer.id));
    }

    /** All that this peer observes ends. */
    void isLeftBy(NodeId peer) {
        for (Observation key : List.copyOf(observers.keySet())) {
            if (key.peer.equals(peer)) {
                isLeft(key);
            }
        }
    }

    private void isLeft(Observation key) {
        LogSubscriber subscriber = observers.remove(key);
        if (subscriber != null) {
            process.offer(new Event.FeedClosed(subscriber));
        }
    }

    void isAsked(SimLinks client, Fetch fetch, Filter filter) {
        NodeId peer = client.process.machine.id;
        if (process.store.disk.log.equals(fetch.log())) {
            process.offer(new Event.Acknowledged(peer, fetch.filter(), fetch.held()));
        }
        // One of before it knows neither the compact form nor an end.
        boolean compact = process.machine.speaksCompact;
        LogSlice slice =
                process.store.read(
                        filter,
                        fetch.log(),
                        fetch.after(),
                        compact ? fetch.through() : Long.MAX_VALUE,
                        fetch.limit());
        byte[] pack = compact ? CompactSlice.encodeFirst(slice, answerBytesMax()) : senml(slice);
        sim.trace("answer", compact ? 1 : 0, slice.entries().size());
        sim.after(
                sim.between(0, 20_000_000),
                () ->
                        reply(
                                client,
                                there ->
                                        there.isAnswered(
                                                process.machine.id, fetch, decode(pack, compact)),
                                there -> {}));
    }

    private byte[] senml(LogSlice slice) {
        return SliceCodec.encodeFirst(
                slice,
                process.machine.id,
                process.store.disk.timeline(),
                process.machine.monotonicMicros(),
                Format.CBOR,
                answerBytesMax());
    }

    private List<byte[]> encode(LogSlice slice) {
        if (!slice.equals(encoded)) {
            encoded = slice;
            packs =
                    SliceCodec.encode(
                            slice,
                            process.machine.id,
                            process.store.disk.timeline(),
                            process.machine.monotonicMicros(),
                            Format.CBOR,
                            1_024);
        }
        return packs;
    }

    private static LogSlice decode(byte[] pack, boolean compact) {
        try {
            return compact ? CompactSlice.decode(pack) : SliceCodec.decode(pack, Format.CBOR);
        } catch (WireException e) {
            throw new AssertionError("the codec doesn't read what it wrote", e);
        }
    }
}
