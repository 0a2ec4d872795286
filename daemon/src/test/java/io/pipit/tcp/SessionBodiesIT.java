package io.pipit.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Part.Body;
import io.pipit.resource.exchange.Part.FileRange;
import io.pipit.resource.exchange.Part.Loan;
import io.pipit.resource.exchange.Response;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Bodies that are no single message: blocks, stretches of files, payloads taken as they come. */
class SessionBodiesIT extends SocketServerFixture {
    @Test
    void cutsAnAnswerIntoTheBlocksThatAreAskedFor() throws Exception {
        byte[] whole = new byte[2_500];
        new java.util.Random(1).nextBytes(whole);
        try (Client client = new Client().greet()) {
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            byte[] etag = null;
            boolean more = true;
            for (int number = 0; more; number++) {
                Options wanted =
                        new Options.Builder()
                                .uri(List.of("metrics"), List.of())
                                .add(Options.BLOCK2, new Options.Block(number, false, 5).encoded())
                                .build();
                client.send(new Frame(Frame.GET, TOKEN, wanted));
                if (number == 0) {
                    nextAsked().exchange().respond(new Response(205, 0, whole, 60));
                }
                Frame part = client.read();
                Options.Block block = part.options().block(Options.BLOCK2).orElseThrow();
                assertThat(block.number()).isEqualTo(number);
                assertThat(part.options().number(Options.SIZE2)).hasValue(2_500);
                byte[] tag = part.options().bytes(Options.ETAG).orElseThrow();
                assertThat(etag == null ? tag : etag).isEqualTo(tag);
                etag = tag;
                got.write(part.payload());
                more = block.more();
            }
            assertThat(got.toByteArray()).isEqualTo(whole);
            assertThat(asked).as("the first block's answer has all others").isEmpty();
            client.send(
                    new Frame(
                            Frame.GET,
                            TOKEN,
                            new Options.Builder()
                                    .add(Options.BLOCK2, new Options.Block(99, false, 5).encoded())
                                    .build()));
            nextAsked().exchange().respond(new Response(205, 0, whole, 60));
            assertThat(client.text()).startsWith("4.02 there are only 2500 bytes");
        }
    }

    @Test
    void startsBlocksByItselfWhereTheWholeFitsNoMessageOfTheClient() throws Exception {
        try (Client client = new Client()) {
            client.read();
            Options blocks =
                    new Options.Builder().add(Frame.CSM_BLOCK_WISE_TRANSFER, new byte[0]).build();
            client.send(Frame.signal(Frame.CSM, blocks)).get(TOKEN, -1, "metrics");
            nextAsked().exchange().respond(new Response(205, 0, new byte[5_000], 60));
            Frame first = client.read();
            assertThat(first.options().block(Options.BLOCK2))
                    .contains(new Options.Block(0, true, Options.BERT));
            assertThat(first.payload()).hasSize(1_024);
        }
    }

    @Test
    void sendsAStretchOfAFile() throws Exception {
        Path file = runDir.resolve("file");
        byte[] whole = new byte[300_000];
        new java.util.Random(2).nextBytes(whole);
        Files.write(file, whole);
        try (Client client = new Client().greet();
                FileChannel channel = FileChannel.open(file)) {
            client.get(TOKEN, -1, "files", "file");
            Asked it = nextAsked();
            assertThat(it.exchange().blockBytesMax()).isEqualTo(256 * 1024);
            AtomicInteger released = new AtomicInteger();
            it.exchange()
                    .respond(
                            answer(
                                    new FileRange(
                                            channel, 1_024, 262_144, released::incrementAndGet)));
            Frame answer = client.read();
            assertThat(answer.payload())
                    .isEqualTo(Arrays.copyOfRange(whole, 1_024, 1_024 + 262_144));
            await().until(() -> released.get() == 1);

            client.get(TOKEN, -1, "files", "file");
            nextAsked()
                    .exchange()
                    .respond(
                            answer(
                                    new FileRange(
                                            channel, 200_000, 262_144, released::incrementAndGet)));
            // The file is shorter than the head said: nothing else can follow on this connection.
            client.expectClosed();
            await().until(() -> released.get() == 2);
        }
    }

    @Test
    void sendsWhatIsLentAndGivesItBack() throws Exception {
        byte[] whole = new byte[200_000];
        new java.util.Random(3).nextBytes(whole);
        AtomicInteger released = new AtomicInteger();
        Loan loan = new Loan(ByteBuffer.wrap(whole, 7, 199_000), released::incrementAndGet);
        Exchange late;
        try (Client client = new Client().greet()) {
            client.get(TOKEN, -1, "peers", "shed", "files", "file");
            nextAsked().exchange().respond(answer(loan));
            assertThat(client.read().payload()).isEqualTo(Arrays.copyOfRange(whole, 7, 199_007));
            await().until(() -> released.get() == 1);
            client.get(TOKEN, -1, "peers", "shed", "files", "file");
            late = nextAsked().exchange();
        }
        CountDownLatch gone = new CountDownLatch(1);
        late.onClosed(gone::countDown);
        gone.await();
        late.respond(answer(loan));
        await().until(() -> released.get() == 2);
    }

    private static Response answer(Body range) {
        return new Response(
                205,
                42,
                new byte[0],
                60,
                new Part(
                        List.of(new byte[] {7}),
                        null,
                        new Options.Block(1, true, Options.BERT),
                        300_000,
                        range));
    }

    /** Takes what is large, and is slow in that. */
    private static final class Slow implements Intake {
        final List<Runnable> untaken = new ArrayList<>();
        final AtomicLong bytes = new AtomicLong();
        final AtomicInteger ends = new AtomicInteger();

        @Override
        public synchronized void take(ByteBuffer part, Runnable taken) {
            bytes.addAndGet(part.remaining());
            untaken.add(taken);
        }

        @Override
        public void end() {
            ends.incrementAndGet();
        }

        @Override
        public void broken() {
            ends.addAndGet(100);
        }

        synchronized int takeAll() {
            List<Runnable> all = List.copyOf(untaken);
            untaken.clear();
            all.forEach(Runnable::run);
            return all.size();
        }
    }

    @Test
    void readsNoMoreOfALargePayloadThanIsTaken() throws Exception {
        restart(
                new SessionLimits(
                        3,
                        4,
                        2,
                        1 << 20,
                        100_000,
                        400_000,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5)));
        Slow slow = new Slow();
        intake = slow;
        byte[] frame =
                new Frame(
                                Frame.PUT,
                                TOKEN,
                                new Options.Builder().uri(List.of("inbox", "x"), List.of()).build(),
                                new byte[1_000_000])
                        .encode();
        try (Client client = new Client().greet()) {
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    ByteBuffer left = ByteBuffer.wrap(frame);
                                    while (left.hasRemaining()) {
                                        client.channel.write(left);
                                    }
                                } catch (IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            });
            await().until(() -> slow.bytes.get() >= 100_000);
            long most = slow.bytes.get();
            assertThat(most).isLessThan(400_000);
            await().until(() -> {
                slow.takeAll();
                return slow.ends.get() == 1;
            });
            sender.join();
            assertThat(slow.bytes.get()).isEqualTo(1_000_000);
            nextAsked().exchange().respond(content("done"));
            assertThat(client.text()).isEqualTo("2.05 done");

            client.send(Arrays.copyOf(frame, 200_000));
            await().until(() -> slow.bytes.get() > 1_050_000);
            client.channel.close();
            await().until(() -> {
                slow.takeAll();
                return slow.ends.get() == 101;
            });
        }
    }
}
