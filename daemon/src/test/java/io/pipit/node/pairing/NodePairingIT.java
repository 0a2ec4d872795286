package io.pipit.node.pairing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.coap.CoapEndpoints;
import io.pipit.coap.NetworkEndpoint;
import io.pipit.host.Relay;
import io.pipit.host.SystemTime;
import io.pipit.host.Threads;
import io.pipit.identity.Identity;
import io.pipit.identity.TrustStore;
import io.pipit.identity.pairing.Meeting;
import io.pipit.identity.pairing.Meetings;
import io.pipit.identity.pairing.PairingCode;
import io.pipit.identity.pairing.PairingMessage;
import io.pipit.identity.pairing.PairingRefused.Reason;
import io.pipit.model.Grant;
import io.pipit.model.Peer;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.reach.Neighbours;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.resource.pairing.Pairing;
import io.pipit.resource.pairing.Pairing.Outcome;
import io.pipit.resource.pairing.PairingResources;
import io.pipit.tcp.EventLoop;
import io.pipit.tcp.TcpMeetings;
import io.pipit.tcp.TcpNetwork;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes' real endpoints on loopback, with all of pairing behind them and nothing else. */
@Timeout(120)
class NodePairingIT {
    private static final Set<Grant> READ = Set.of(Grant.of(Grant.Role.READ));
    private static final Set<Grant> MONITOR = Set.of(Grant.of(Grant.Role.MONITOR));

    @TempDir Path folder;
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private Node greenhouse;
    private Node shed;

    private final class Node {
        final Identity identity;
        final TrustStore trust;
        final Metrics metrics = new Metrics();
        final NodePairing pairing;
        final List<Request> requests = new CopyOnWriteArrayList<>();
        final List<Neighbours.Neighbour> neighbours = new CopyOnWriteArrayList<>();
        final InetSocketAddress udp;
        final InetSocketAddress tcp;
        final Meetings overUdp;
        final Meetings overTcp;

        Node(String name) throws Exception {
            identity = Identity.loadOrCreate(folder.resolve(name));
            trust = TrustStore.open(folder.resolve(name), identity.id(), name, List.of());
            Threads threads = new Threads(new Counter());
            ScheduledExecutorService timer = threads.timer("timer-" + name);
            closing.push(timer::shutdownNow);
            SystemTime time = new SystemTime();
            pairing =
                    new NodePairing(
                            identity,
                            name,
                            trust,
                            time,
                            new SecureRandom(),
                            threads,
                            timer,
                            metrics);
            closing.push(pairing::stop);
            PairingResources all =
                    new PairingResources(
                            (request, exchange) -> {
                                requests.add(request);
                                exchange.respond(new Response(205, 0, new byte[] {1}, 0));
                            },
                            pairing);
            Relay relay = new Relay();
            CoapEndpoints coap =
                    new CoapEndpoints(
                            all,
                            threads.relayed("coap-" + name, relay, relay, metrics),
                            relay,
                            time,
                            metrics);
            closing.push(coap::close);
            KeyPair key = new KeyPair(identity.publicKey(), identity.privateKey());
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            NetworkEndpoint network =
                    coap.openNetwork(
                            List.of(any), key, id -> trust.find(id).orElse(null), pairing::isOpen);
            EventLoop loop = new EventLoop(threads.named("tcp-" + name));
            closing.push(loop::close);
            TcpNetwork overTls =
                    new TcpNetwork(
                            identity.id(),
                            identity.privateKey(),
                            identity::certificate,
                            id -> trust.find(id).orElse(null),
                            pairing::isOpen,
                            all,
                            threads.occasional("tls-" + name, 64),
                            metrics,
                            loop);
            closing.push(overTls::close);
            udp = network.addresses().getFirst();
            tcp = overTls.listen(any);
            overUdp = coap.meetings(key);
            overTcp = new TcpMeetings(loop, overTls);
            pairing.reachedBy(network, overUdp, overTls, overTcp, () -> List.copyOf(neighbours));
        }

        Outcome join(String where, PairingCode code) throws Exception {
            return pairing.join(where, code, MONITOR)
                    .toCompletableFuture()
                    .get(100, TimeUnit.SECONDS);
        }

        String refusal(String where, PairingCode code) throws Exception {
            return join(where, code) instanceof Outcome.Refused refused ? refused.reason() : "";
        }

        long metric(String name) {
            return new String(metrics.openMetrics(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name + "_total "))
                    .mapToLong(line -> (long) Double.parseDouble(line.split(" ", -1)[1]))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @BeforeEach
    void start() throws Exception {
        greenhouse = new Node("greenhouse");
        shed = new Node("shed");
    }

    @AfterEach
    void stop() {
        closing.forEach(Runnable::run);
    }

    @Test
    void pairsOverUdp() throws Exception {
        Pairing.Opened opened = greenhouse.pairing.open(READ);
        assertThat(opened.addresses()).containsExactly(greenhouse.udp);

        Outcome.Joined joined = (Outcome.Joined) shed.join(text(greenhouse.udp), opened.code());

        assertThat(joined.way()).isEqualTo("udp");
        assertThat(joined.updated()).isFalse();
        assertThat(joined.grants()).isEqualTo(READ);
        assertThat(shed.trust.list())
                .containsExactly(
                        new Peer(greenhouse.identity.id(), "greenhouse", greenhouse.udp, MONITOR));
        assertThat(greenhouse.trust.list())
                .containsExactly(new Peer(shed.identity.id(), "shed", shed.udp, READ));
        assertThat(greenhouse.pairing.state())
                .isEqualTo(new Pairing.State(false, 0, 0, "a node was paired"));
        assertThat(shed.refusal(text(greenhouse.udp), opened.code()))
                .contains("no pairing window is open there");
    }

    @Test
    void pairsOverTcpWhereUdpGetsNoAnswer() throws Exception {
        Pairing.Opened opened = greenhouse.pairing.open(READ);

        Outcome.Joined joined = (Outcome.Joined) shed.join(text(greenhouse.tcp), opened.code());

        assertThat(joined.way()).isEqualTo("tcp");
        assertThat(shed.trust.find(greenhouse.identity.id())).isPresent();
        assertThat(greenhouse.trust.find(shed.identity.id())).isPresent();
    }

    @Test
    void aWrongCodeIsRefusedAndTheThirdClosesTheWindow() throws Exception {
        PairingCode code = greenhouse.pairing.open(READ).code();
        PairingCode wrong =
                PairingCode.parse(code.reveal().equals("11111111") ? "22222222" : "11111111")
                        .orElseThrow();
        assertThat(shed.refusal(text(greenhouse.udp), wrong)).isEqualTo("wrong code");
        assertThat(greenhouse.pairing.state().triesLeft()).isEqualTo(2);
        assertThat(shed.refusal(text(greenhouse.udp), wrong)).isEqualTo("wrong code");
        assertThat(shed.refusal(text(greenhouse.udp), wrong)).contains("for the last time");
        assertThat(greenhouse.pairing.state().last()).isEqualTo("three wrong codes");
        assertThat(shed.refusal(text(greenhouse.udp), code))
                .contains("no pairing window is open at " + text(greenhouse.udp));
        assertThat(greenhouse.trust.list()).isEmpty();
        assertThat(shed.trust.list()).isEmpty();
    }

    @Test
    void withoutAWindowAStrangersHandshakeIsRefused() throws Exception {
        PairingCode code = PairingCode.parse("12345678").orElseThrow();
        assertThat(shed.refusal(text(greenhouse.udp), code)).contains("no pairing window is open");
        assertThat(greenhouse.metric("pipit_dtls_handshakes")).isZero();
        assertThat(greenhouse.metric("pipit_dtls_handshakes_refused")).isPositive();
        assertThat(failure(shed.overTcp.at(greenhouse.tcp))).isEqualTo("it lets no stranger in");
        assertThat(greenhouse.metric("pipit_pairing_messages")).isZero();
    }

    @Test
    void aWindowThatClosesShowsStrangersOutAtOnce() throws Exception {
        for (boolean tcp : new boolean[] {false, true}) {
            greenhouse.pairing.open(READ);
            try (Meeting meeting =
                    tcp ? shed.overTcp.at(greenhouse.tcp) : shed.overUdp.at(greenhouse.udp)) {
                assertThat(refusal(meeting, new byte[] {1, 9})).isEqualTo(Reason.MALFORMED);
                greenhouse.pairing.close();
                await().untilAsserted(() -> assertThat(failure(meeting)).isNotEmpty());
            }
        }
        assertThat(greenhouse.metric("pipit_pairing_messages")).isEqualTo(2);
        assertThat(greenhouse.requests).isEmpty();
    }

    @Test
    void fewStrangersAreLetInAtATime() throws Exception {
        greenhouse.pairing.open(READ);
        Deque<Meeting> meetings = new ArrayDeque<>();
        for (int i = 0; i < 4; i++) {
            meetings.push(shed.overUdp.at(greenhouse.udp));
            assertThat(refusal(meetings.peek(), new byte[0])).isEqualTo(Reason.MALFORMED);
        }
        try (Meeting fifth = shed.overUdp.at(greenhouse.udp)) {
            assertThat(failure(fifth)).isEqualTo("it lets no stranger in");
        }
        meetings.pop().close();
        await().untilAsserted(() -> {
            try (Meeting next = shed.overUdp.at(greenhouse.udp)) {
                assertThat(failure(next)).isEmpty();
            }
        });
        meetings.forEach(Meeting::close);
    }

    @Test
    void pairingAgainUpdatesAndLeavesTheName() throws Exception {
        shed.trust.change(new Peer.Change(greenhouse.identity.id(), "glasshouse", null, READ));
        Outcome.Joined joined =
                (Outcome.Joined)
                        shed.join(text(greenhouse.udp), greenhouse.pairing.open(READ).code());
        assertThat(joined.updated()).isTrue();
        assertThat(joined.name()).isEqualTo("glasshouse");
        assertThat(shed.trust.list())
                .containsExactly(
                        new Peer(greenhouse.identity.id(), "glasshouse", greenhouse.udp, MONITOR));
        // By now both are peers, whose connections are let in by that.
        joined =
                (Outcome.Joined)
                        shed.join(text(greenhouse.udp), greenhouse.pairing.open(MONITOR).code());
        assertThat(joined.updated()).isTrue();
        assertThat(greenhouse.trust.list())
                .containsExactly(new Peer(shed.identity.id(), "shed", shed.udp, MONITOR));
    }

    @Test
    void aNameThatIsTakenGetsAVariant() throws Exception {
        Identity other = Identity.loadOrCreate(folder.resolve("other"));
        shed.trust.change(new Peer.Change(other.id(), "greenhouse", null, READ));
        Outcome.Joined joined =
                (Outcome.Joined)
                        shed.join(text(greenhouse.udp), greenhouse.pairing.open(READ).code());
        assertThat(joined.name()).isEqualTo("greenhouse-2");
        assertThat(joined.notes()).singleElement().asString().contains("taken", "greenhouse-2");
    }

    @Test
    void findsANeighbourByNameAndByIdAndBelievesNobodyElseThere() throws Exception {
        shed.neighbours.add(
                new Neighbours.Neighbour(
                        greenhouse.identity.id(), "greenhouse", List.of(greenhouse.udp)));
        assertThat(shed.join("Greenhouse", greenhouse.pairing.open(READ).code()))
                .isInstanceOf(Outcome.Joined.class);
        assertThat(
                        shed.join(
                                greenhouse.identity.id().toString(),
                                greenhouse.pairing.open(READ).code()))
                .isInstanceOf(Outcome.Joined.class);

        Node barn = new Node("barn");
        barn.neighbours.add(
                new Neighbours.Neighbour(shed.identity.id(), "shed", List.of(greenhouse.udp)));
        assertThat(
                        barn.refusal(
                                shed.identity.id().toString(),
                                greenhouse.pairing.open(READ).code()))
                .contains("another node answers at", greenhouse.identity.id().toString());
        assertThat(barn.trust.list()).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithTheAddress() throws Exception {
        PairingCode code = shed.pairing.open(READ).code();
        assertThat(shed.refusal(text(shed.udp), code)).contains("this node itself");
        assertThat(shed.refusal("nobody.invalid", code)).contains("nobody called nobody.invalid");
        assertThat(shed.refusal("127.0.0.1:9", code))
                .contains("nobody answers at 127.0.0.1:9", "over UDP or over TCP");
    }

    private static Reason refusal(Meeting meeting, byte[] message) throws Exception {
        byte[] answer =
                meeting.ask(message).toCompletableFuture().get(30, TimeUnit.SECONDS).message();
        return ((PairingMessage.Refused) PairingMessage.decode(answer)).reason();
    }

    /** Why there is no answer; empty where there is one. */
    private static String failure(Meeting meeting) {
        return meeting.ask(new byte[0])
                .handle((answer, error) -> error == null ? "" : String.valueOf(cause(error)))
                .toCompletableFuture()
                .join();
    }

    private static String cause(Throwable error) {
        return error.getCause() == null ? error.getMessage() : error.getCause().getMessage();
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
