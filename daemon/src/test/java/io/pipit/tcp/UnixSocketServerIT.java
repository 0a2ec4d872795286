package io.pipit.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnixSocketServerIT extends SocketServerFixture {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final SessionLimits SMALL = small(LONG, LONG, LONG);

    /** A few of everything. */
    private static SessionLimits small(Duration handshake, Duration silence, Duration idle) {
        return new SessionLimits(3, 4, 2, 4_096, 8_192, 400_000, handshake, silence, idle);
    }

    @Test
    void isThereForItsGroupAndNobodyElse() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.path())))
                .isEqualTo("rw-rw----");
        assertThat(Files.getAttribute(server.path(), "posix:group"))
                .isEqualTo(Files.getAttribute(runDir, "posix:group"));
        assertThat(runDir.toFile().list()).containsExactly("pipit.sock");
        server.close();
        assertThat(runDir.toFile().list()).isEmpty();
    }

    @Test
    void refusesWhereAnotherDaemonAnswers() {
        UnixSocketServer second = server(SessionLimits.LOCAL, new Metrics());

        assertThatThrownBy(second::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another daemon answers");
        assertThat(server.path()).exists();
    }

    @Test
    void takesThePlaceOfASocketThatNobodyListensTo() throws Exception {
        server.close();
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(server.path()));
        }
        assertThat(server.path()).exists();

        restart(SessionLimits.LOCAL);

        try (Client client = new Client()) {
            client.greet();
        }
    }

    @Test
    void leavesAFileAloneThatIsNoSocket() throws IOException {
        server.close();
        Files.writeString(server.path(), "precious");

        UnixSocketServer second = server(SessionLimits.LOCAL, new Metrics());

        assertThatThrownBy(second::start).hasMessageContaining("is no socket");
        assertThat(server.path()).hasContent("precious");
    }

    @Test
    void saysThatAPathIsTooLong() {
        Path deep = runDir.resolve("a".repeat(100));
        var tooDeep =
                new UnixSocketServer(deep, (r, e) -> {}, SessionLimits.LOCAL, new Metrics(), loop);

        assertThatThrownBy(tooDeep::start).hasMessageContaining("shorter run-dir");
        assertThat(deep).doesNotExist();
    }

    @Test
    void asksTheTreeAndAnswers() throws Exception {
        try (Client client = new Client().greet()) {
            Options options =
                    new Options.Builder()
                            .uri(List.of("trust"), List.of("id=x"))
                            .add(Options.ACCEPT, 50)
                            .add(Options.CONTENT_FORMAT, 50)
                            .build();
            client.send(new Frame(Frame.PUT, TOKEN, options, "{}".getBytes(UTF_8)));

            Asked it = nextAsked();
            assertThat(it.request().method()).isEqualTo(Request.Method.PUT);
            assertThat(it.request().path()).containsExactly("trust");
            assertThat(it.request().query()).containsExactly("id=x");
            assertThat(it.request().accept()).isEqualTo(50);
            assertThat(it.request().contentFormat()).isEqualTo(50);
            assertThat(it.request().payload()).asString().isEqualTo("{}");
            assertThat(it.request().observe()).isFalse();
            assertThat(it.request().caller().via()).isEqualTo(Caller.Via.SOCKET);
            assertThat(it.request().caller().grants()).hasSize(5);
            assertThat(it.exchange().payloadBytesMax()).isEqualTo(64 * 1024);

            it.exchange().respond(new Response(204, Request.NONE, new byte[0], 60));
            it.exchange().respond(content("twice"));
            Frame answer = client.read();
            assertThat(answer.codeText()).isEqualTo("2.04");
            assertThat(answer.token()).isEqualTo(TOKEN);
            client.send(new Frame(Frame.PING, TOKEN, Options.NONE));
            assertThat(client.read().code()).isEqualTo(Frame.PONG);
        }
    }

    @Test
    void answersOutOfOrder() throws Exception {
        try (Client client = new Client().greet()) {
            client.get(new byte[] {1}, -1, "a").get(new byte[] {2}, -1, "b");
            Asked first = nextAsked();
            Asked second = nextAsked();
            second.exchange().respond(new Response(205, 50, new byte[] {'b'}, 0));
            first.exchange().respond(content("a"));

            Frame early = client.read();
            assertThat(early.token()).containsExactly(2);
            assertThat(early.options().number(Options.CONTENT_FORMAT)).hasValue(50);
            assertThat(early.options().number(Options.MAX_AGE)).hasValue(0);
            assertThat(client.read().token()).containsExactly(1);
        }
    }

    @Test
    void notifiesUntilTheObserverCancels() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        try (Client client = new Client().greet()) {
            client.get(TOKEN, 0, "peers");
            Asked it = nextAsked();
            it.exchange().onClosed(closed::incrementAndGet);
            assertThat(it.request().observe()).isTrue();
            for (int i = 0; i < 3; i++) {
                it.exchange().respond(content("n" + i));
                Frame notification = client.read();
                assertThat(notification.payload()).asString().isEqualTo("n" + i);
                assertThat(notification.options().bytes(Options.OBSERVE)).isPresent();
            }
            client.get(TOKEN, 1, "peers");
            Asked cancel = nextAsked();
            assertThat(cancel.request().observe()).isFalse();
            assertThat(closed).hasValue(1);
            it.exchange().respond(content("too late"));
            cancel.exchange().respond(content("last"));
            Frame last = client.read();
            assertThat(last.payload()).asString().isEqualTo("last");
            assertThat(last.options().bytes(Options.OBSERVE)).isEmpty();
        }
        stop();
        assertThat(closed).hasValue(1);
    }

    @Test
    void anAnswerThatCannotBeObservedDoesNotSayThatItCanAndHoldsNoPlace() throws Exception {
        restart(SMALL);
        try (Client client = new Client().greet()) {
            for (byte i = 0; i < 5; i++) {
                client.get(new byte[] {i}, 0, "health");
                nextAsked().exchange().respondOnce(content("still"));
                Frame answer = client.read();
                assertThat(answer.payload()).asString().isEqualTo("still");
                assertThat(answer.options().bytes(Options.OBSERVE)).isEmpty();
            }
        }
    }

    @Test
    void tellsTheTreeWhenAnObserverIsGone() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        try (Client client = new Client().greet()) {
            client.get(TOKEN, 0, "peers");
            Asked it = nextAsked();
            it.exchange().onClosed(closed::incrementAndGet);
            it.exchange().respond(content("first"));
            client.read();
        }
        await().untilAtomic(closed, org.hamcrest.Matchers.is(1));
    }

    @Test
    void endsAnObservationWithAnError() throws Exception {
        try (Client client = new Client().greet()) {
            client.get(TOKEN, 0, "peers");
            Asked it = nextAsked();
            it.exchange().respond(content("first"));
            it.exchange().respond(new Response(404, Request.NONE, new byte[0], 60));
            it.exchange().respond(content("more"));
            assertThat(client.text()).startsWith("2.05");
            assertThat(client.text()).startsWith("4.04");
            client.send(new Frame(Frame.PING, TOKEN, Options.NONE));
            assertThat(client.read().code()).isEqualTo(Frame.PONG);
        }
    }

    @Test
    void refusesWhatItDoesNotUnderstand() throws Exception {
        try (Client client = new Client().greet()) {
            client.send(new Frame(Frame.GET, TOKEN, new Options.Builder().add(9, "x").build()));
            assertThat(client.text()).startsWith("4.02 option 9");
            client.send(new Frame(Frame.GET, TOKEN, new Options.Builder().add(35, "x").build()));
            assertThat(client.text()).startsWith("5.05");
            client.send(new Frame(31, TOKEN, Options.NONE));
            assertThat(client.text()).startsWith("4.05");
            client.send(new Frame(Frame.EMPTY, new byte[0], Options.NONE));
            client.send(new Frame(205, TOKEN, Options.NONE));
            client.send(new Frame(Frame.PING, TOKEN, Options.NONE));
            assertThat(client.read().code()).isEqualTo(Frame.PONG);
        }
        assertThat(asked).isEmpty();
        assertThat(text()).contains("pipit_socket_answers_late_total 1.0");
    }

    @Test
    void abortsWhereTheFirstMessageIsNoCsm() throws Exception {
        try (Client client = new Client()) {
            client.get(TOKEN, -1, "health");
            assertThat(client.read().code()).isEqualTo(Frame.CSM);
            assertThat(client.text()).startsWith("7.05 the first message");
            client.expectClosed();
        }
    }

    @Test
    void namesTheCapabilityThatItDoesNotUnderstand() throws Exception {
        try (Client client = new Client()) {
            client.read();
            client.send(Frame.signal(Frame.CSM, new Options.Builder().add(1, 7).build()));
            Frame abort = client.read();
            assertThat(abort.code()).isEqualTo(Frame.ABORT);
            assertThat(abort.options().number(Frame.ABORT_BAD_CSM_OPTION)).hasValue(1);
            client.expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"f0ffffffff01", "0901", "1001ff", "e1ffff017f"})
    void abortsWhatItCannotRead(String hex) throws Exception {
        restart(SMALL);
        try (Client client = new Client().greet()) {
            client.send(HexFormat.of().parseHex(hex));
            assertThat(client.text()).startsWith("7.05");
            client.expectClosed();
        }
    }

    @Test
    void obeysWhatTheClientTakes() throws Exception {
        try (Client client = new Client()) {
            client.read();
            client.send(Frame.signal(Frame.CSM, Options.NONE)).get(TOKEN, -1, "large");
            Asked it = nextAsked();
            assertThat(it.exchange().payloadBytesMax()).isBetween(1_100, 1_152);
            it.exchange()
                    .respond(
                            new Response(
                                    205, 60, new byte[it.exchange().payloadBytesMax()], 0xffffffL));
            assertThat(client.text()).startsWith("2.05");
            client.get(TOKEN, -1, "large");
            nextAsked().exchange().respond(new Response(205, 0, new byte[1_153], 60));
            assertThat(client.text()).startsWith("5.00");
        }
        assertThat(text()).contains("pipit_socket_answers_too_large_total 1.0");
    }

    @Test
    void finishesWhatWasAskedBeforeARelease() throws Exception {
        try (Client client = new Client().greet()) {
            client.get(TOKEN, -1, "health").send(Frame.signal(Frame.RELEASE, Options.NONE));
            nextAsked().exchange().respond(content("here"));
            assertThat(client.text()).isEqualTo("2.05 here");
            client.expectClosed();
        }
    }

    @Test
    void releasesItsClientsWhenItStops() throws Exception {
        try (Client client = new Client().greet()) {
            server.close();
            assertThat(client.read().code()).isEqualTo(Frame.RELEASE);
            client.expectClosed();
        }
    }

    @Test
    void hasRoomForSoManyConnectionsAndNoMore() throws Exception {
        restart(SMALL);
        try (Client a = new Client().greet();
                Client b = new Client().greet();
                Client c = new Client().greet()) {
            try (Client tooMany = new Client()) {
                assertThat(tooMany.read().code()).isEqualTo(Frame.CSM);
                assertThat(tooMany.text()).startsWith("7.05 more than 3 connections");
                tooMany.expectClosed();
            }
            b.channel.close();
            await().until(() -> {
                try (Client again = new Client()) {
                    again.greet().send(new Frame(Frame.PING, TOKEN, Options.NONE));
                    return again.read().code() == Frame.PONG;
                } catch (IOException e) {
                    // Turned away before it had greeted: the other's end isn't noticed yet.
                    return false;
                }
            });
            assertThat(List.of(a, c)).hasSize(2);
        }
    }

    @Test
    void hasRoomForSoManyRequestsAndObservations() throws Exception {
        restart(SMALL);
        try (Client client = new Client().greet()) {
            for (byte i = 0; i < 5; i++) {
                client.get(new byte[] {i}, -1, "slow");
            }
            Frame busy = client.read();
            assertThat(busy.codeText()).isEqualTo("5.03");
            assertThat(busy.token()).containsExactly(4);
            for (int i = 0; i < 4; i++) {
                nextAsked().exchange().respond(content("now"));
                client.read();
            }
            for (byte i = 10; i < 13; i++) {
                client.get(new byte[] {i}, 0, "feed");
                Asked it = nextAsked();
                assertThat(it.request().observe()).isEqualTo(i < 12);
                it.exchange().respond(content("feed"));
                assertThat(client.read().options().bytes(Options.OBSERVE).isPresent())
                        .isEqualTo(i < 12);
            }
        }
    }

    @Test
    void dropsAnObserverThatDoesNotRead() throws Exception {
        restart(SMALL);
        try (Client client = new Client().greet()) {
            client.get(TOKEN, 0, "feed");
            Asked it = nextAsked();
            AtomicInteger closed = new AtomicInteger();
            it.exchange().onClosed(closed::incrementAndGet);
            for (int i = 0; i < 2_000 && closed.get() == 0; i++) {
                it.exchange().respond(new Response(205, 0, new byte[2_000], 60));
            }
            await().untilAtomic(closed, org.hamcrest.Matchers.is(1));
        }
    }

    @Test
    void closesWhoSaysNothing() throws Exception {
        restart(small(SHORT, SHORT, SHORT));
        try (Client mute = new Client();
                Client idle = new Client().greet();
                Client observer = new Client().greet()) {
            observer.get(TOKEN, 0, "feed");
            nextAsked().exchange().respond(content("first"));
            observer.read();
            assertThat(mute.read().code()).isEqualTo(Frame.CSM);
            assertThat(mute.text()).startsWith("7.05 no capabilities");
            assertThat(idle.read().code()).isEqualTo(Frame.RELEASE);
            assertThat(observer.read().code()).isEqualTo(Frame.PING);
            observer.send(new Frame(Frame.PONG, new byte[0], Options.NONE));
            assertThat(observer.read().code()).as("asked again").isEqualTo(Frame.PING);
            assertThat(observer.text()).startsWith("7.05 no Pong");
            observer.expectClosed();
        }
    }

    @Test
    void takesARequestInPieces() throws Exception {
        try (Client client = new Client().greet()) {
            byte[] bytes = new Frame(Frame.PUT, TOKEN, Options.NONE, new byte[60_000]).encode();
            var out = Channels.newOutputStream(client.channel);
            for (int at = 0; at < bytes.length; at += 7_001) {
                out.write(bytes, at, Math.min(7_001, bytes.length - at));
            }
            assertThat(nextAsked().request().payload()).hasSize(60_000);
        }
    }
}
