package io.pipit.node.acting;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.port.acting.Verdict;
import io.pipit.port.acting.Verdict.Kind;
import io.pipit.resource.exchange.Answer;
import io.pipit.resource.exchange.Asked;
import io.pipit.resource.exchange.Echo;
import io.pipit.resource.exchange.Request;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.ProblemDetails;
import io.pipit.wire.Senml;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerWritesTest {
    private static final NodeId GREENHOUSE =
            NodeId.parse("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA").orElseThrow();
    private static final LogId LOG = new LogId(0x00112233445566ffL);
    private static final byte[] FIRST = {1};
    private static final byte[] SECOND = {2};
    private static final Write FAN =
            new Write(
                    "greenhouse",
                    "fan",
                    0.5,
                    Duration.ofMinutes(10),
                    new Writer(Writer.Kind.LOCAL, ""));

    /** A way whose peer answers as a test says. */
    private static final class FakeWay implements PeerWrites.Way {
        private final List<Asked> asked = new ArrayList<>();
        private boolean reaches = true;
        private Function<Asked, Answer> peer =
                _ -> {
                    throw new AssertionError("nobody is to be asked by this way");
                };
        private boolean silent;

        @Override
        public boolean reaches(NodeId node) {
            return reaches;
        }

        @Override
        public CompletionStage<Answer> ask(NodeId node, Asked one, Duration patience) {
            asked.add(one);
            return silent
                    ? CompletableFuture.failedFuture(new IOException("no answer"))
                    : CompletableFuture.completedFuture(peer.apply(one));
        }

        long counter(int which) {
            return item(which).sequence();
        }

        Senml.Item item(int which) {
            try {
                return Senml.decodeSetting(asked.get(which).payload(), Format.CBOR).item();
            } catch (WireException e) {
                throw new AssertionError(e);
            }
        }
    }

    private final FakeWay udp = new FakeWay();
    private final FakeWay tcp = new FakeWay();
    private final List<Event> events = new ArrayList<>();
    private final PeerWrites writes = new PeerWrites("shed", LOG, 3, events::add);

    @BeforeEach
    void reached() {
        writes.reachedBy(udp, tcp);
    }

    private static Answer answer(int code, byte[] echo) {
        return new Answer(code, Request.NONE, new byte[0], echo);
    }

    private Verdict set() {
        return writes.set(GREENHOUSE, "greenhouse", FAN).toCompletableFuture().join();
    }

    @Test
    void saysWhatForHowLongAndWhichWriteItIs() throws Exception {
        udp.peer = _ -> answer(204, SECOND);

        assertThat(set().isDone()).isTrue();
        assertThat(set().isDone()).isTrue();

        assertThat(udp.asked).hasSize(2);
        assertThat(udp.asked.getFirst().path()).containsExactly("actuators", "fan");
        Senml.Setting setting = Senml.decodeSetting(udp.asked.getFirst().payload(), Format.CBOR);
        assertThat(setting.holdMicros()).isEqualTo(600_000_000);
        assertThat(setting.item().value()).isEqualTo(0.5);
        assertThat(setting.item().log()).isEqualTo(LOG);
        assertThat(udp.counter(0)).isEqualTo((3L << 20) + 1);
        assertThat(udp.counter(1)).isEqualTo((3L << 20) + 2);
        assertThat(udp.asked.get(1).echo()).isEqualTo(SECOND);
    }

    @Test
    void writesAgainWithTheEchoThatItIsAskedFor() {
        udp.peer = one -> answer(one.echo().length == 0 ? 401 : 204, FIRST);

        assertThat(set().isDone()).isTrue();

        assertThat(udp.asked).extracting(Asked::echo).containsExactly(Echo.NONE, FIRST);
        assertThat(udp.counter(1)).isGreaterThan(udp.counter(0));
    }

    @Test
    void givesUpWhereNoEchoIsGoodThere() {
        udp.peer = _ -> answer(401, FIRST);

        assertThat(set().kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(udp.asked).hasSize(2);
    }

    @Test
    void theListOfAPeersActuatorsBringsAnEchoToo() {
        udp.peer =
                one ->
                        one.path().size() == 1
                                ? new Answer(
                                        205,
                                        Format.CBOR.document(),
                                        Document.write(
                                                Map.of(
                                                        "actuators",
                                                        List.of(Map.of("name", "fan", "max", 5.0))),
                                                Format.CBOR),
                                        FIRST)
                                : answer(204, SECOND);

        writes.list(GREENHOUSE);
        assertThat(set().isDone()).isTrue();

        assertThat(udp.asked.get(1).echo()).isEqualTo(FIRST);
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        Event.Acting.class,
                        event ->
                                assertThat(event.event())
                                        .isInstanceOfSatisfying(
                                                ActingEvent.Listed.class,
                                                listed -> {
                                                    assertThat(listed.answered()).isTrue();
                                                    assertThat(listed.actuators())
                                                            .singleElement()
                                                            .satisfies(fan -> {
                                                                assertThat(fan.name())
                                                                        .isEqualTo("fan");
                                                                assertThat(fan.max()).isEqualTo(5);
                                                            });
                                                }));
    }

    @Test
    void aListThatIsNoneIsSaidToBeNone() {
        udp.peer = _ -> new Answer(205, 60, new byte[] {(byte) 0xff}, Echo.NONE);
        writes.list(GREENHOUSE);
        udp.peer = _ -> answer(403, Echo.NONE);
        writes.list(GREENHOUSE);
        udp.silent = true;
        tcp.silent = true;
        writes.list(GREENHOUSE);

        assertThat(events)
                .containsExactly(
                        new Event.Acting(new ActingEvent.Listed(GREENHOUSE, true, null)),
                        new Event.Acting(new ActingEvent.Listed(GREENHOUSE, true, null)),
                        new Event.Acting(new ActingEvent.Listed(GREENHOUSE, false, null)));
    }

    @Test
    void goesByTheOtherWayWithANumberOfItsOwn() {
        udp.silent = true;
        tcp.peer = _ -> answer(204, FIRST);

        assertThat(set().isDone()).isTrue();

        assertThat(udp.asked).hasSize(1);
        assertThat(tcp.counter(0)).isGreaterThan(udp.counter(0));
    }

    @Test
    void beginsWithTheWayThatReachesThePeer() {
        udp.reaches = false;
        tcp.peer = _ -> answer(204, FIRST);

        assertThat(set().isDone()).isTrue();
        assertThat(udp.asked).isEmpty();
        assertThat(writes.isReachable(GREENHOUSE)).isTrue();

        tcp.reaches = false;
        udp.peer = _ -> answer(204, FIRST);
        assertThat(writes.isReachable(GREENHOUSE)).isFalse();
        assertThat(set().isDone()).isTrue();
        assertThat(udp.asked).as("it may come within reach any moment").hasSize(1);
    }

    @Test
    void whoDoesNotAnswerMayHaveSetItOrNot() {
        udp.silent = true;
        tcp.silent = true;

        Verdict verdict = set();

        assertThat(verdict.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(verdict.reason())
                .startsWith("greenhouse doesn't answer, and may have set it or not: no answer");
    }

    @ParameterizedTest
    @CsvSource({
        "403,FORBIDDEN,pipit peer role shed monitor read write:fan",
        "404,UNKNOWN,greenhouse has no actuator fan",
        "409,HELD,greenhouse: held by bob",
        "412,LATE,greenhouse: held by bob",
        "422,OUT_OF_RANGE,greenhouse: held by bob",
        "503,UNAVAILABLE,greenhouse: held by bob",
        "500,UNAVAILABLE,greenhouse: held by bob"
    })
    void everyAnswerIsAVerdict(int code, Kind kind, String says) {
        byte[] problem = new ProblemDetails(code, "It", "held by bob").encode();
        udp.peer = _ -> new Answer(code, ProblemDetails.CONTENT_FORMAT, problem, Echo.NONE);

        Verdict verdict = set();

        assertThat(verdict.kind()).isEqualTo(kind);
        assertThat(verdict.reason()).contains(says);
    }

    @Test
    void keepsTheEchoesOfSoManyPeers() {
        udp.peer = _ -> answer(204, FIRST);
        assertThat(set().isDone()).isTrue();
        for (int i = 0; i < PeerWrites.ECHOES_MAX; i++) {
            NodeId other = NodeId.ofBytes(ByteBuffer.allocate(16).putInt(i + 1).array());
            assertThat(writes.set(other, "n", FAN).toCompletableFuture().join().isDone()).isTrue();
        }

        assertThat(set().isDone()).isTrue();

        assertThat(udp.asked.getLast().echo()).isEmpty();
    }

    @Test
    void sayingItBeforeTheWaysAreThereIsAnError() {
        PeerWrites early = new PeerWrites("shed", LOG, 3, events::add);

        Verdict verdict = early.set(GREENHOUSE, "greenhouse", FAN).toCompletableFuture().join();

        assertThat(verdict.reason()).contains("just starting");
        assertThat(early.isReachable(GREENHOUSE)).isFalse();
    }
}
