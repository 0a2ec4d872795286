package io.pipit.discovery.multicast;

import io.pipit.discovery.multicast.LinkMessage.Answer;
import io.pipit.discovery.multicast.LinkMessage.Hello;
import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungReport;
import io.pipit.discovery.rung.Sighting;
import io.pipit.model.NodeId;
import io.pipit.port.Entropy;
import io.pipit.port.TimeSource;
import io.pipit.wire.WireException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One node's talk on one link: says hello, soon at first and then ever more rarely, and answers the
 * hellos of those who don't know it. A hello says who asks, so everybody on the link learns of it
 * by that alone. No I/O and no clock of its own; stepped by one thread.
 *
 * <p>What it says to strangers is bounded: an answer is never above {@link #ANSWER_BYTES_MAX} nor
 * {@link #AMPLIFICATION_MAX} times the question, goes to addresses of the link alone, comes at a
 * random time (RFC 7252, section 8.2) and only so often.
 */
final class LinkTalk {
    /** How it reaches the link. Must not block, and must not call back. */
    interface Wire {
        /** To everybody; returns what went wrong, empty where nothing did. */
        String toAll(byte[] datagram);

        /** To one. */
        void to(InetSocketAddress destination, byte[] datagram);
    }

    /** What it has to know of this node's peers. Must not block. */
    interface Peers {
        /** Whether this one is trusted: who is isn't forgotten for strangers. */
        boolean isTrusted(NodeId id);

        /** Whether it is trusted and can't be reached at present: it is to answer in any case. */
        boolean isMissed(NodeId id);
    }

    /**
     * Who this node is to those on the link.
     *
     * @param name null where it isn't announced
     */
    record Self(NodeId id, @Nullable String name) {}

    /** The largest answer, bytes of UDP. */
    static final int ANSWER_BYTES_MAX = 136;

    /** An answer is at most so many times as long as the question. */
    static final int AMPLIFICATION_MAX = 3;

    /** Nodes that are kept in mind. */
    static final int HEARD_MAX = 512;

    /** IDs that one address may claim. */
    static final int IDS_PER_SOURCE_MAX = 32;

    /** Answers that wait for their time. */
    static final int ANSWERS_MAX = 64;

    /** Sources whose questions and claims are counted. */
    static final int SOURCES_MAX = 512;

    /** If so many wait for an answer, one hello is the answer to all of them. */
    static final int MANY = 4;

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    /** The first hello comes within this, so that boards on one switch don't speak at once. */
    private static final long FIRST_NANOS = 100 * MILLI;

    /** Then so long until the next, twice that until the one after, and so on. */
    private static final long SECOND_NANOS = 500 * MILLI;

    /** How often a hello comes at rest, at the least and at the most. */
    static final long REST_MIN_NANOS = 300 * SECOND;

    private static final long REST_MAX_NANOS = 3_600 * SECOND;

    /** With many nodes each is quieter: so that a node hears one every three seconds. */
    private static final long REST_PER_NODE_NANOS = 3 * SECOND;

    /** Who said nothing for so many times of rest is gone. */
    private static final int FORGET_AFTER = 3;

    /** An answer waits for a random part of this and of this for each known node. */
    private static final long LEISURE_NANOS = 100 * MILLI;

    private static final long LEISURE_PER_NODE_NANOS = 15 * MILLI;
    private static final long LEISURE_MAX_NANOS = 3 * SECOND;

    /** Somebody is missed: the next hello comes within this and this for each known node. */
    private static final long SEEK_NANOS = 200 * MILLI;

    private static final long SEEK_PER_NODE_NANOS = 50 * MILLI;
    private static final long SEEK_MAX_NANOS = 10 * SECOND;
    private static final long SEEK_EVERY_NANOS = 60 * SECOND;

    private static final int TOKEN_BYTES = 8;
    private static final int TOKENS_KEPT = 4;
    private static final long TOKEN_NANOS = 30 * SECOND;

    /** What is sent has to be heard by the sender itself within this. */
    private static final long ECHO_NANOS = SECOND;

    private static final int ECHOES_MISSED_MAX = 2;

    private record Heard(NodeId id, @Nullable String name, InetSocketAddress address, long nanos) {}

    private record Pending(Hello hello, int bytes, long dueNanos) {}

    private record Token(byte[] bytes, long nanos) {}

    private record Source(Allowance messages, Allowance answers) {}

    private final Self self;
    private final Link link;
    private final TimeSource time;
    private final Entropy entropy;
    private final Wire wire;
    private final Peers peers;
    private final RungReport report;
    private final Consumer<Sighting> sightings;

    private final Map<NodeId, Heard> heard = new LinkedHashMap<>();
    private final Map<InetSocketAddress, Pending> pending = new LinkedHashMap<>();
    private final Deque<Token> tokens = new ArrayDeque<>();
    private final Map<InetAddress, Source> sources = new LinkedHashMap<>();
    private final Allowance messages;
    private final Allowance answers;
    private final Allowance answersToMany;

    private long helloNanos;
    private long intervalNanos = SECOND_NANOS;
    private long soughtNanos;
    private long awaitedEchoNanos = Long.MAX_VALUE;
    private int echoesMissed;
    private String sendError = "";
    private int nextMessageId;

    LinkTalk(
            Self self,
            Link link,
            TimeSource time,
            Entropy entropy,
            Wire wire,
            Peers peers,
            RungReport report,
            Consumer<Sighting> sightings) {
        this.self = self;
        this.link = link;
        this.time = time;
        this.entropy = entropy;
        this.wire = wire;
        this.peers = peers;
        this.report = report;
        this.sightings = sightings;
        long now = time.monotonicNanos();
        helloNanos = now + random(FIRST_NANOS);
        soughtNanos = now;
        messages = new Allowance(2_000, 2_000, now);
        answers = new Allowance(64, 10, now);
        answersToMany = new Allowance(4, 0.05, now);
        nextMessageId = (int) entropy.nextLong() & 0xffff;
    }

    /** Does what is due; says when there is more to do, monotonic nanoseconds. */
    long step() {
        long now = time.monotonicNanos();
        if (awaitedEchoNanos <= now) {
            echoesMissed++;
            awaitedEchoNanos = Long.MAX_VALUE;
        }
        if (helloNanos <= now) {
            hello(now);
            helloNanos = now + jittered(intervalNanos);
            intervalNanos = Math.min(2 * intervalNanos, restNanos());
        }
        answer(now);
        long next = Math.min(helloNanos, awaitedEchoNanos);
        for (Pending one : pending.values()) {
            next = Math.min(next, one.dueNanos);
        }
        return next;
    }

    /** A datagram came from the link. */
    void received(InetSocketAddress source, byte[] datagram) {
        report.cameIn();
        long now = time.monotonicNanos();
        InetAddress from = source.getAddress();
        if (!link.reaches(from) || !messages.take(now) || !source(from, now).messages.take(now)) {
            report.refused();
            return;
        }
        try {
            switch (LinkMessage.decode(datagram).orElse(null)) {
                case Hello hello -> heard(source, hello, datagram.length, now);
                case Answer answer -> heard(source, answer, now);
                case null -> report.refused();
            }
        } catch (WireException e) {
            report.refused();
        }
    }

    private void heard(InetSocketAddress source, Hello hello, int bytes, long now) {
        if (isOurs(hello.token(), now)) {
            awaitedEchoNanos = Long.MAX_VALUE;
            echoesMissed = 0;
            return;
        }
        NodeId id = hello.id();
        if (id != null && id.equals(self.id)) {
            return;
        }
        boolean believed = id == null || sighted(id, hello.name(), source, hello.port(), now);
        Known known = hello.known();
        if (!believed || (known != null && known.mayHold(self.id))) {
            return;
        }
        if (pending.size() >= ANSWERS_MAX && !pending.containsKey(source)) {
            report.refused();
            return;
        }
        pending.putIfAbsent(source, new Pending(hello, bytes, now + random(leisureNanos())));
    }

    private void heard(InetSocketAddress source, Answer answer, long now) {
        // Who wasn't asked has nothing to say: a claim takes being on the link to hear the
        // question.
        if (!isOurs(answer.token(), now)
                || self.id.equals(answer.id())
                || !sighted(answer.id(), answer.name(), source, answer.port(), now)) {
            report.refused();
        }
    }

    private boolean isOurs(byte[] token, long now) {
        return tokens.stream()
                .anyMatch(one -> now - one.nanos < TOKEN_NANOS && Arrays.equals(one.bytes, token));
    }

    /** Whether there was room to take note of it. */
    private boolean sighted(
            NodeId id, @Nullable String name, InetSocketAddress source, int port, long now) {
        Heard before = heard.remove(id);
        if (before == null || !before.address.getAddress().equals(source.getAddress())) {
            long claims =
                    heard.values().stream()
                            .filter(h -> h.address.getAddress().equals(source.getAddress()))
                            .count();
            if (claims >= IDS_PER_SOURCE_MAX || (before == null && !makeRoom())) {
                if (before != null) {
                    heard.put(id, before);
                }
                report.refused();
                return false;
            }
        }
        InetSocketAddress address = new InetSocketAddress(source.getAddress(), port);
        heard.put(id, new Heard(id, name, address, now));
        sightings.accept(new Sighting(id, name, address, Rung.MULTICAST));
        return true;
    }

    /** Whoever was silent longest goes, unless it is trusted. */
    private boolean makeRoom() {
        if (heard.size() < HEARD_MAX) {
            return true;
        }
        for (Iterator<NodeId> all = heard.keySet().iterator(); all.hasNext(); ) {
            if (!peers.isTrusted(all.next())) {
                all.remove();
                return true;
            }
        }
        return false;
    }

    private Source source(InetAddress from, long now) {
        Source source = sources.remove(from);
        if (source == null) {
            source = new Source(new Allowance(128, 16, now), new Allowance(16, 1, now));
            if (sources.size() >= SOURCES_MAX) {
                sources.remove(sources.keySet().iterator().next());
            }
        }
        sources.put(from, source);
        return source;
    }

    private void answer(long now) {
        boolean isDue = pending.values().stream().anyMatch(one -> one.dueNanos <= now);
        if (!isDue) {
            return;
        }
        List<Pending> nodes =
                pending.values().stream().filter(one -> one.hello.id() != null).toList();
        if (nodes.size() >= MANY && answersToMany.take(now)) {
            // Larger than an answer, but far below three times what those asked with together.
            hello(now);
            pending.values().removeAll(nodes);
        }
        for (Map.Entry<InetSocketAddress, Pending> one : List.copyOf(pending.entrySet())) {
            if (one.getValue().dueNanos <= now) {
                pending.remove(one.getKey());
                answer(one.getKey(), one.getValue(), now);
            }
        }
    }

    private void answer(InetSocketAddress asker, Pending question, long now) {
        byte[] answer =
                new Answer(messageId(), question.hello.token(), self.id, link.port(), self.name)
                        .encode();
        if (answer.length > ANSWER_BYTES_MAX
                || answer.length > AMPLIFICATION_MAX * question.bytes
                || !source(asker.getAddress(), now).answers.take(now)
                || !answers.take(now)) {
            report.refused();
            return;
        }
        report.wentOut();
        wire.to(asker, answer);
    }

    private void hello(long now) {
        forget(now);
        Set<NodeId> known = new HashSet<>(heard.keySet());
        known.removeIf(peers::isMissed);
        byte[] token = ByteBuffer.allocate(TOKEN_BYTES).putLong(entropy.nextLong()).array();
        tokens.addFirst(new Token(token, now));
        if (tokens.size() > TOKENS_KEPT) {
            tokens.removeLast();
        }
        report.wentOut();
        sendError =
                wire.toAll(
                        new Hello(
                                        messageId(),
                                        token,
                                        self.id,
                                        link.port(),
                                        self.name,
                                        known.isEmpty() ? null : Known.of(known, token))
                                .encode());
        if (sendError.isEmpty() && awaitedEchoNanos == Long.MAX_VALUE) {
            awaitedEchoNanos = now + ECHO_NANOS;
        }
    }

    private void forget(long now) {
        heard.values().removeIf(one -> now - one.nanos > FORGET_AFTER * restNanos());
    }

    /** Somebody trusted is missed: asks soon, unless it just did. */
    void seek() {
        long now = time.monotonicNanos();
        if (now - soughtNanos >= SEEK_EVERY_NANOS) {
            soughtNanos = now;
            long within = Math.min(SEEK_NANOS + heard.size() * SEEK_PER_NODE_NANOS, SEEK_MAX_NANOS);
            helloNanos = Math.min(helloNanos, now + random(within));
        }
    }

    /** Who is there, as it says, the last heard last. */
    List<Sighting> heard() {
        List<Sighting> all = new ArrayList<>();
        for (Heard one : heard.values()) {
            all.add(new Sighting(one.id, one.name, one.address, Rung.MULTICAST));
        }
        return all;
    }

    /** What is wrong here, in words; empty where nothing is known to be. */
    String trouble() {
        if (!sendError.isEmpty()) {
            return link + ": can't be sent to: " + sendError;
        }
        return echoesMissed >= ECHOES_MISSED_MAX
                ? link
                        + ": what this node sends to the group doesn't come back to it: a firewall of"
                        + " this machine drops multicast to UDP port 5683"
                : "";
    }

    private long restNanos() {
        return Math.clamp(heard.size() * REST_PER_NODE_NANOS, REST_MIN_NANOS, REST_MAX_NANOS);
    }

    private long leisureNanos() {
        return Math.min(LEISURE_NANOS + heard.size() * LEISURE_PER_NODE_NANOS, LEISURE_MAX_NANOS);
    }

    /** Between three quarters and five quarters of it. */
    private long jittered(long nanos) {
        return nanos - nanos / 4 + random(nanos / 2);
    }

    private long random(long below) {
        return Math.floorMod(entropy.nextLong(), below);
    }

    private int messageId() {
        nextMessageId = (nextMessageId + 1) & 0xffff;
        return nextMessageId;
    }
}
