package io.pipit.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.identity.Identity;
import io.pipit.identity.pairing.Meeting;
import io.pipit.identity.pairing.MeetingFailed;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.tcp.session.Ask;
import io.pipit.tcp.session.Session;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stranger's connections while a pairing window is open, and when it isn't. */
@Timeout(60)
class GuestsIT {
    @TempDir Path folder;
    private Node node;
    private Node stranger;

    private final class Node {
        final Identity identity;
        final EventLoop loop = new EventLoop(Thread.ofPlatform().daemon().factory());
        final Metrics metrics = new Metrics();
        final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
        final Map<NodeId, Peer> trust = new ConcurrentHashMap<>();
        final TcpNetwork network;
        final InetSocketAddress address;
        volatile boolean welcome;

        Node(String name) throws Exception {
            identity = Identity.loadOrCreate(folder.resolve(name));
            network =
                    new TcpNetwork(
                            identity.id(),
                            identity.privateKey(),
                            identity::certificate,
                            trust::get,
                            () -> welcome,
                            (request, exchange) -> {
                                requests.add(request);
                                exchange.respond(new Response(204, 42, request.payload(), 0));
                            },
                            Runnable::run,
                            metrics,
                            loop);
            address = network.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        }

        Meeting meet(Node other) {
            return new TcpMeetings(loop, network).at(other.address);
        }

        void close() {
            network.close();
            loop.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        node = new Node("node");
        stranger = new Node("stranger");
    }

    @AfterEach
    void stop() {
        stranger.close();
        node.close();
    }

    @Test
    void aStrangerMayPairWhileAWindowIsOpen() throws Exception {
        node.welcome = true;
        try (Meeting meeting = stranger.meet(node)) {
            Meeting.Answer answer = answer(meeting, new byte[] {7});
            assertThat(answer.message()).containsExactly(7);
            assertThat(NodeId.of(answer.from())).isEqualTo(node.identity.id());
        }
        Request request = node.requests.take();
        assertThat(request.caller().via()).isEqualTo(Via.STRANGER);
        assertThat(NodeId.of(request.caller().proof().key())).isEqualTo(stranger.identity.id());
    }

    @Test
    void itGetsNoAnswerToAnythingElse() throws Exception {
        node.welcome = true;
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        stranger.loop.execute(() ->
                stranger.network.meet(
                        node.address,
                        key ->
                                new Session.Watch() {
                                    @Override
                                    public void ready(Session session) {
                                        ask(session, Frame.GET, "readings", heard);
                                        ask(session, Frame.GET, "pair", heard);
                                        ask(session, Frame.POST, "pairing", heard);
                                        ask(session, 31, "pair", heard);
                                        ask(session, Frame.POST, "pair", heard);
                                    }
                                },
                        heard::add));
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("2 pair: 2.04");
        for (int i = 0; i < 4; i++) {
            assertThat(heard.poll(20, TimeUnit.SECONDS)).contains("no answer within");
        }
        assertThat(node.requests).hasSize(1);
    }

    private static void ask(Session session, int code, String path, BlockingQueue<String> heard) {
        Options options = new Options.Builder().add(Options.URI_PATH, path).build();
        var _ =
                session.ask(
                        new Ask(
                                code,
                                options,
                                Duration.ofSeconds(2),
                                new Ask.Outcome() {
                                    @Override
                                    public void answered(Frame frame) {
                                        heard.add(code + " " + path + ": " + frame.codeText());
                                    }

                                    @Override
                                    public void failed(String reason) {
                                        heard.add(code + " " + path + ": " + reason);
                                    }
                                }));
    }

    @Test
    void aMessageBeyondThoseOfPairingEndsTheConnection() throws Exception {
        node.welcome = true;
        try (Meeting meeting = stranger.meet(node)) {
            assertThat(answer(meeting, new byte[] {7})).isNotNull();
            assertThat(failure(meeting, new byte[2_000])).isNotEmpty();
        }
        assertThat(node.requests).hasSize(1);
    }

    @Test
    void withoutAWindowAStrangerIsRefused() throws Exception {
        try (Meeting meeting = stranger.meet(node)) {
            assertThat(failure(meeting, new byte[1])).contains("lets no stranger in");
        }
        assertThat(node.requests).isEmpty();
    }

    @Test
    void whenTheWindowClosesStrangersGoAndPeersStay() throws Exception {
        node.welcome = true;
        Node second = new Node("second");
        try (Meeting meeting = stranger.meet(node);
                Meeting other = second.meet(node)) {
            assertThat(answer(meeting, new byte[] {7})).isNotNull();
            assertThat(answer(other, new byte[] {7})).isNotNull();
            node.trust.put(
                    second.identity.id(),
                    new Peer(
                            second.identity.id(),
                            "second",
                            null,
                            Set.of(Grant.of(Grant.Role.READ))));
            node.welcome = false;
            node.network.showStrangersOut();
            await().untilAsserted(() -> assertThat(failure(meeting, new byte[1])).isNotEmpty());
            assertThat(answer(other, new byte[] {7})).isNotNull();
        } finally {
            second.close();
        }
        try (Meeting again = stranger.meet(node)) {
            assertThat(failure(again, new byte[1])).contains("lets no stranger in");
        }
    }

    @Test
    void fewOfThemAreThereAtATime() throws Exception {
        node.welcome = true;
        Meeting[] meetings = new Meeting[Strangers.CONNECTIONS_MAX];
        for (int i = 0; i < meetings.length; i++) {
            // Each with its own limits on this side.
            meetings[i] = stranger.meet(node);
            assertThat(answer(meetings[i], new byte[] {7})).isNotNull();
        }
        Node second = new Node("second");
        try (Meeting fifth = second.meet(node)) {
            assertThat(failure(fifth, new byte[1])).contains("lets no stranger in");
        } finally {
            second.close();
        }
        for (Meeting meeting : meetings) {
            meeting.close();
        }
    }

    private static Meeting.Answer answer(Meeting meeting, byte[] message) throws Exception {
        return meeting.ask(message).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static String failure(Meeting meeting, byte[] message) throws Exception {
        try {
            answer(meeting, message);
            return "";
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(MeetingFailed.class);
            return String.valueOf(e.getCause().getMessage());
        }
    }
}
