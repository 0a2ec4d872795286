package io.pipit.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.identity.Identity;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import io.pipit.port.bulk.BulkEvent;
import io.pipit.port.bulk.BulkEvent.Outcome;
import io.pipit.port.bulk.BulkLinks.Push;
import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.Outgoing;
import io.pipit.port.bulk.Pace;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Options.Block;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TcpBulkLinksIT {
    private static final String SHA256 = "ab".repeat(32);
    private static final TimeSource TIME = new RealTime();

    @TempDir Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<BulkEvent> events = new LinkedBlockingQueue<>();
    private final Inbox inbox = new Inbox();
    private byte[] content;
    private Path file;
    private Identity receiver;
    private TcpNetwork receiving;
    private volatile InetSocketAddress address;
    private TcpBulkLinks links;

    /** Holds what it is sent, in order, up to where it is told to misbehave. */
    private final class Inbox implements Resources {
        final ByteArrayOutputStream held = new ByteArrayOutputStream();
        final List<Long> places = new ArrayList<>();
        int refusal;
        byte @Nullable [] large;
        long cutAt = Long.MAX_VALUE;

        /** What is wrong is told when the test ends: here it would only be logged. */
        final SoftAssertions softly = new SoftAssertions();

        private boolean cut;

        @Override
        public synchronized void handle(Request request, Exchange exchange) {
            softly.assertThat(request.path()).containsExactly("inbox", "sub", "file.bin");
            softly.assertThat(request.query())
                    .contains("sha256=" + SHA256, "size=" + content.length);
            if (large != null) {
                exchange.respond(new Response(205, 42, large, 0));
            } else if (refusal != 0) {
                exchange.respond(
                        new Response(refusal, 0, "no".getBytes(StandardCharsets.UTF_8), 0));
            } else if (request.method() == Request.Method.GET) {
                String json =
                        "{\"held\":%d,\"complete\":%s}"
                                .formatted(held.size(), held.size() == content.length);
                exchange.respond(new Response(205, 50, json.getBytes(StandardCharsets.UTF_8), 0));
            } else {
                Intake intake = intake(request, request.payload().length, exchange);
                intake.take(ByteBuffer.wrap(request.payload()), () -> {});
                intake.end();
            }
        }

        @Override
        public Intake intake(Request request, long bytes, Exchange exchange) {
            return new Intake() {
                private final ByteArrayOutputStream part = new ByteArrayOutputStream();

                @Override
                public void take(ByteBuffer next, Runnable taken) {
                    byte[] copy = new byte[next.remaining()];
                    next.get(copy);
                    part.writeBytes(copy);
                    taken.run();
                }

                @Override
                public void end() {
                    took(request, part.toByteArray(), exchange);
                }

                @Override
                public void broken() {
                    // What came of it isn't held.
                }
            };
        }

        private synchronized void took(Request request, byte[] part, Exchange exchange) {
            Block block = request.part().block1();
            long from =
                    request.query().stream()
                            .filter(query -> query.startsWith("from="))
                            .mapToLong(query -> Long.parseLong(query.substring(5)))
                            .findFirst()
                            .orElse(0);
            long at = from + block.from();
            places.add(at);
            if (at >= cutAt) {
                // What comes behind it is lost with it.
                if (!cut) {
                    cut = true;
                    Thread.ofVirtual().start(receiving::close);
                }
                return;
            }
            softly.assertThat(at).isEqualTo(held.size());
            held.writeBytes(part);
            Part answer = new Part(List.of(), block, null, Request.NONE, null);
            exchange.respond(
                    new Response(block.more() ? 231 : 204, Request.NONE, new byte[0], 0, answer));
        }
    }

    @BeforeEach
    void start() throws Exception {
        content = new byte[3_000_001];
        new Random(1).nextBytes(content);
        file = folder.resolve("content");
        Files.write(file, content);
        Identity sender = Identity.loadOrCreate(folder.resolve("sender"));
        receiver = Identity.loadOrCreate(folder.resolve("receiver"));
        EventLoop there = loop();
        receiving = network(receiver, sender.id(), inbox, there);
        open.add(receiving);
        listen();
        EventLoop here = loop();
        TcpNetwork sending = network(sender, receiver.id(), (request, exchange) -> {}, here);
        open.add(sending);
        links =
                new TcpBulkLinks(
                        here,
                        sending,
                        _ -> List.of(address),
                        event -> events.add(((Event.Bulk) event).event()),
                        TIME,
                        new Metrics());
    }

    private void listen() throws IOException {
        address = receiving.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private EventLoop loop() {
        EventLoop loop = new EventLoop(Thread.ofPlatform().daemon().factory());
        open.addFirst(loop);
        return loop;
    }

    private static TcpNetwork network(
            Identity identity, NodeId other, Resources resources, EventLoop loop) {
        Peer peer = new Peer(other, "other", null, Set.of(Grant.of(Grant.Role.BULK)));
        return new TcpNetwork(
                identity.id(),
                identity.privateKey(),
                identity::certificate,
                id -> id.equals(other) ? peer : null,
                () -> false,
                resources,
                Runnable::run,
                new Metrics(),
                loop);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        inbox.softly.assertAll();
    }

    private BulkEvent.PushEnded push() throws Exception {
        FileName name = new FileName(List.of("sub", "file.bin"));
        Outgoing outgoing = new Outgoing(7, receiver.id(), name, content.length, SHA256, file);
        links.push(new Push(outgoing, new Pace(Pace.UNLIMITED)));
        while (true) {
            BulkEvent event = events.poll(30, TimeUnit.SECONDS);
            assertThat(event).as("an end").isNotNull();
            if (event instanceof BulkEvent.PushEnded ended) {
                assertThat(ended.number()).isEqualTo(7);
                return ended;
            }
        }
    }

    @Test
    void sendsAFileWhole() throws Exception {
        assertThat(push().outcome()).isEqualTo(Outcome.DELIVERED);
        assertThat(inbox.held.toByteArray()).isEqualTo(content);
        inbox.places.clear();
        assertThat(push().outcome()).as("what is there isn't sent").isEqualTo(Outcome.DELIVERED);
        assertThat(inbox.places).isEmpty();
    }

    @Test
    void sendsAnEmptyFile() throws Exception {
        content = new byte[0];
        Files.write(file, content);
        assertThat(push().outcome()).isEqualTo(Outcome.DELIVERED);
    }

    @Test
    void goesOnWhereItWasCut() throws Exception {
        inbox.cutAt = 1_500_000;
        BulkEvent.PushEnded cut = push();
        assertThat(cut.outcome()).isEqualTo(Outcome.BROKEN);
        long held = inbox.held.size();
        assertThat(held).isLessThan(content.length).isPositive();
        // On another port: the kernel gives the old one back only with the loop's next look.
        listen();
        inbox.cutAt = Long.MAX_VALUE;
        inbox.places.clear();
        assertThat(push().outcome()).isEqualTo(Outcome.DELIVERED);
        assertThat(inbox.places.getFirst()).isEqualTo(held);
        assertThat(inbox.held.toByteArray()).isEqualTo(content);
    }

    @Test
    void goesOnFromAnyByte() throws Exception {
        inbox.held.writeBytes(Arrays.copyOf(content, 1_234_567));
        assertThat(push().outcome()).isEqualTo(Outcome.DELIVERED);
        assertThat(inbox.places.getFirst()).isEqualTo(1_234_567);
        assertThat(inbox.held.toByteArray()).isEqualTo(content);
    }

    @Test
    void tellsARefusalFromWhatPasses() throws Exception {
        inbox.refusal = 403;
        assertThat(push()).isEqualTo(new BulkEvent.PushEnded(7, Outcome.REFUSED, "4.03 no"));
        inbox.refusal = 503;
        assertThat(push().outcome()).isEqualTo(Outcome.BROKEN);
        inbox.refusal = 0;
        assertThat(push().outcome()).isEqualTo(Outcome.DELIVERED);
    }

    @Test
    void sendsNothingThatIsntWhatWasQueued() throws Exception {
        Files.write(file, new byte[5]);
        BulkEvent.PushEnded ended = push();
        assertThat(ended.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(ended.reason()).contains("isn't what it was");
        assertThat(inbox.places).isEmpty();
    }

    @Test
    void readsALargeBlockOutsideTheHeap() throws Exception {
        inbox.large = Arrays.copyOf(content, 200_000);
        Response response = get();
        Part.Loan loan = (Part.Loan) Objects.requireNonNull(response.part().body());
        byte[] got = new byte[loan.bytes()];
        loan.content().duplicate().get(got);
        loan.release().run();
        assertThat(response.payload()).isEmpty();
        assertThat(got).isEqualTo(inbox.large);
    }

    @Test
    void readsABlockOfWhatAPeerShares() throws Exception {
        inbox.held.writeBytes(content);
        Response response = get();
        assertThat(response.code()).isEqualTo(205);
        assertThat(new String(response.payload(), StandardCharsets.UTF_8)).contains("true");
    }

    private Response get() throws Exception {
        Caller here = new Caller(Caller.Via.SOCKET, null, Set.of());
        Request request =
                new Request(
                        Request.Method.GET,
                        List.of("inbox", "sub", "file.bin"),
                        List.of("sha256=" + SHA256, "size=" + content.length),
                        50,
                        Request.NONE,
                        new byte[0],
                        false,
                        here);
        return links.get(receiver.id(), request).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
