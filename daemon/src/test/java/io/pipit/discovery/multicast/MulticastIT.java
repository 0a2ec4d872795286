package io.pipit.discovery.multicast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungReport;
import io.pipit.discovery.rung.Sighting;
import io.pipit.model.NodeId;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.port.TimeSource;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes that find each other by real multicast on the loopback interface, without root. */
class MulticastIT {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final InetSocketAddress GROUP =
            new InetSocketAddress(InetAddress.ofLiteral("224.0.1.187"), 5683);
    private static final TimeSource TIME =
            new TimeSource() {
                @Override
                public long monotonicNanos() {
                    return System.nanoTime();
                }

                @Override
                public long wallMicros() {
                    return 0;
                }

                @Override
                public boolean synchronised() {
                    return false;
                }
            };

    private final List<Multicast> nodes = new ArrayList<>();

    private static NodeId id(int number) {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) number;
        bytes[1] = (byte) ProcessHandle.current().pid();
        return NodeId.ofBytes(bytes);
    }

    private Multicast node(int number, RungReport report, Queue<Sighting> seen) throws IOException {
        Multicast node =
                new Multicast(
                        id(number),
                        null,
                        TIME,
                        ThreadLocalRandom.current()::nextLong,
                        _ -> false,
                        _ -> false,
                        report,
                        seen::add,
                        Thread::new);
        node.links(Links.now(List.of(new InetSocketAddress(LOOPBACK, 5_600 + number))));
        nodes.add(node);
        return node;
    }

    private static RungReport report() {
        return new RungReport(Rung.MULTICAST, new Metrics());
    }

    @AfterEach
    void stop() {
        nodes.forEach(Multicast::close);
    }

    @Test
    void threeOnOneMachineFindEachOther() throws IOException {
        RungReport report = report();
        List<Multicast> all = new ArrayList<>();
        for (int number = 1; number <= 3; number++) {
            all.add(node(number, number == 1 ? report : report(), new ConcurrentLinkedQueue<>()));
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> {
                    for (int number = 1; number <= 3; number++) {
                        List<NodeId> others = new ArrayList<>(List.of(id(1), id(2), id(3)));
                        others.remove(id(number));
                        assertThat(all.get(number - 1).heard())
                                .extracting(Sighting::id)
                                .containsAll(others);
                    }
                });
        assertThat(all.getFirst().heard())
                .filteredOn(sighting -> sighting.id().equals(id(2)))
                .extracting(Sighting::address)
                .containsExactly(new InetSocketAddress(LOOPBACK, 5_602));
        assertThat(report.state(0).status()).isEqualTo(Status.OK);
        assertThat(report.state(0).reason()).isEqualTo("on lo IPv4");
    }

    @Test
    void thePortOfTheMonitoringEndpointIsLeftAlone() throws IOException {
        var _ = node(4, report(), new ConcurrentLinkedQueue<>());
        // Some address of the loopback network that nobody else uses.
        InetSocketAddress monitor =
                new InetSocketAddress(InetAddress.ofLiteral("127.83.0.77"), 5683);
        try (DatagramSocket other = new DatagramSocket(monitor)) {
            assertThat(other.isBound()).isTrue();
        }
    }

    @Test
    void anyProgramMayAskAndOnlyThatIsAnswered() throws Exception {
        var _ = node(5, report(), new ConcurrentLinkedQueue<>());
        try (DatagramSocket program = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            program.setOption(
                    StandardSocketOptions.IP_MULTICAST_IF, NetworkInterface.getByName("lo"));
            program.setSoTimeout(500);
            byte[] question =
                    new LinkMessage.Hello(77, new byte[] {7}, null, 0, null, null).encode();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> answers(program, question).contains(id(5)));
            byte[] confirmable = question.clone();
            confirmable[0] = 0x41;
            assertThat(answers(program, confirmable)).isEmpty();
            assertThat(answers(program, new byte[] {0x40, 0, 0, 1})).isEmpty();
        }
    }

    /** Who answered that within half a second. */
    private static List<NodeId> answers(DatagramSocket program, byte[] question) throws Exception {
        program.send(new DatagramPacket(question, question.length, GROUP));
        List<NodeId> found = new ArrayList<>();
        byte[] buffer = new byte[1_500];
        while (true) {
            DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
            try {
                program.receive(answer);
            } catch (SocketTimeoutException e) {
                return found;
            }
            assertThat(answer.getLength()).isLessThanOrEqualTo(LinkTalk.ANSWER_BYTES_MAX);
            byte[] bytes = Arrays.copyOf(buffer, answer.getLength());
            found.add(((LinkMessage.Answer) LinkMessage.decode(bytes).orElseThrow()).id());
        }
    }
}
