package io.pipit.node.acting;

import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.acting.PeerOutlets;
import io.pipit.port.acting.Verdict;
import io.pipit.port.acting.Verdict.Kind;
import io.pipit.resource.exchange.Answer;
import io.pipit.resource.exchange.Asked;
import io.pipit.resource.exchange.Echo;
import io.pipit.resource.exchange.Request.Method;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.Senml;
import io.pipit.wire.WireException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and sets the actuators of peers, over the way by which a peer is reached, else over the
 * other one. Thread-safe; nothing blocks.
 *
 * <p>Each try has a number of its own, higher than all before, so that one that was overtaken is
 * refused there: setting the same twice does no harm, setting what was overtaken may. And each has
 * what the peer gave with its last answer, so that one that was given up here is refused when it
 * comes long after, or when the peer has started again (RFC 9175).
 */
final class PeerWrites implements PeerOutlets {
    /** How long one way may take: twice that and the verb has its answer. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What a program may write before its node's log has to have grown by a place. */
    private static final int COUNTER_BITS = 20;

    /** Peers whose last Echo is kept; without it a write takes a round trip more. */
    static final int ECHOES_MAX = 256;

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;
    private static final int UNPROCESSABLE = 422;
    private static final long NANOS_PER_MICRO = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(PeerWrites.class);

    /** One way to the peers. Thread-safe; never blocks. */
    interface Way {
        /** Whether a peer was reached by it of late. */
        boolean reaches(NodeId peer);

        /** The stage fails where no answer comes within this time. */
        CompletionStage<Answer> ask(NodeId peer, Asked asked, Duration patience);
    }

    private record Ways(Way udp, Way tcp) {}

    private final String ownName;
    private final LogId log;
    private final AtomicLong counter;
    private final Inbox inbox;
    private final Map<NodeId, byte[]> echoes =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(16, 0.75f, true) {
                        private static final long serialVersionUID = 1;

                        @Override
                        protected boolean removeEldestEntry(Map.Entry<NodeId, byte[]> eldest) {
                            return size() > ECHOES_MAX;
                        }
                    });
    private volatile @Nullable Ways ways;

    /**
     * @param ownName what peers call this node
     * @param nextPlace of the own log: no run before began with it, so that numbers grow beyond
     *     those of all runs before
     * @param inbox what peers say of their actuators goes here
     */
    PeerWrites(String ownName, LogId log, long nextPlace, Inbox inbox) {
        this.ownName = ownName;
        this.log = log;
        this.counter = new AtomicLong(nextPlace << COUNTER_BITS);
        this.inbox = inbox;
    }

    void reachedBy(Way udp, Way tcp) {
        ways = new Ways(udp, tcp);
    }

    @Override
    public boolean isReachable(NodeId peer) {
        Ways by = ways;
        return by != null && (by.udp.reaches(peer) || by.tcp.reaches(peer));
    }

    @Override
    public void list(NodeId peer) {
        Asked asked = Asked.get(List.of("actuators"), List.of(), Format.CBOR.document());
        var _ =
                ask(peer, () -> asked)
                        .whenComplete((answer, none) -> {
                            if (answer == null || !answer.isSuccess()) {
                                LOG.debug(
                                        "{} doesn't say which actuators it has: {}",
                                        peer,
                                        answer == null ? words(none) : answer.reason());
                            }
                            inbox.offer(
                                    new Event.Acting(
                                            new ActingEvent.Listed(
                                                    peer,
                                                    answer != null,
                                                    answer != null && answer.isSuccess()
                                                            ? read(answer)
                                                            : null)));
                        });
    }

    private static @Nullable List<Actuator> read(Answer answer) {
        try {
            List<Actuator> all = new ArrayList<>();
            for (Document one :
                    Document.read(answer.payload(), Format.CBOR).get("actuators").items()) {
                all.add(
                        new Actuator(
                                null,
                                one.get("name").text(""),
                                one.get("quantity").text(""),
                                one.get("unit").text(""),
                                one.get("min").number(0),
                                one.get("max").number(1),
                                one.get("on-off").flag(false),
                                one.get("safe").number(Double.NaN)));
            }
            return all;
        } catch (WireException e) {
            return null;
        }
    }

    /** Makes a message, anew for each try. */
    private interface Message {
        Asked make();
    }

    private CompletionStage<Answer> ask(NodeId peer, Message message) {
        Ways by = ways;
        if (by == null) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("this node is just starting"));
        }
        boolean udpFirst = by.udp.reaches(peer) || !by.tcp.reaches(peer);
        Way first = udpFirst ? by.udp : by.tcp;
        Way second = udpFirst ? by.tcp : by.udp;
        return first.ask(peer, message.make(), PATIENCE)
                .exceptionallyCompose(failure ->
                        second.ask(peer, message.make(), PATIENCE)
                                .exceptionallyCompose(_ -> CompletableFuture.failedFuture(failure)))
                .thenApply(answer -> {
                    if (answer.echo().length > 0) {
                        echoes.put(peer, answer.echo());
                    }
                    return answer;
                });
    }

    /**
     * Sets one.
     *
     * @param peerName for people
     */
    CompletionStage<Verdict> set(NodeId peer, String peerName, Write write) {
        return ask(peer, () -> message(peer, write))
                .thenCompose(answer ->
                        answer.code() == UNAUTHORIZED && answer.echo().length > 0
                                ? ask(peer, () -> message(peer, write))
                                : CompletableFuture.completedStage(answer))
                .handle((answer, failure) ->
                        answer == null
                                ? new Verdict(
                                        Kind.UNREACHABLE,
                                        peerName
                                                + " doesn't answer, and may have set it or not: "
                                                + words(failure)
                                                + "; 'pipit doctor' tries each way")
                                : verdict(answer, peerName, write.actuator()));
    }

    private Asked message(NodeId peer, Write write) {
        Senml.Item item =
                new Senml.Item("", "", "", 0, write.value(), null, log, counter.incrementAndGet());
        return new Asked(
                Method.PUT,
                List.of("actuators", write.actuator()),
                List.of(),
                Asked.NONE,
                Format.CBOR.senml(),
                Senml.encode(
                        new Senml.Setting(item, write.lease().toNanos() / NANOS_PER_MICRO),
                        Format.CBOR),
                echoes.getOrDefault(peer, Echo.NONE));
    }

    private Verdict verdict(Answer answer, String peerName, String actuator) {
        if (answer.isSuccess()) {
            return Verdict.DONE;
        }
        return switch (answer.code()) {
            case FORBIDDEN ->
                    new Verdict(
                            Kind.FORBIDDEN,
                            "%s doesn't let this node set %s: there, 'pipit peer role %s monitor read write:%s' does"
                                    .formatted(peerName, actuator, ownName, actuator));
            case NOT_FOUND -> new Verdict(Kind.UNKNOWN, peerName + " has no actuator " + actuator);
            default -> new Verdict(kind(answer.code()), peerName + ": " + answer.reason());
        };
    }

    private static Kind kind(int code) {
        return switch (code) {
            case CONFLICT -> Kind.HELD;
            case PRECONDITION_FAILED -> Kind.LATE;
            case UNPROCESSABLE -> Kind.OUT_OF_RANGE;
            default -> Kind.UNAVAILABLE;
        };
    }

    private static String words(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        return cause == null ? "no answer" : String.valueOf(cause.getMessage());
    }
}
