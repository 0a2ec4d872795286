package io.pipit.coap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipit.host.Relay;
import io.pipit.host.RelayExecutor;
import io.pipit.model.Grant;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The endpoints as other people's clients and strangers see them. */
class CoapEndpointsIT {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final byte[] LARGE = "0123456789abcdef".repeat(2_500).getBytes(UTF_8);

    private final Metrics metrics = new Metrics();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Exchange> observers = new CopyOnWriteArrayList<>();
    private final List<Exchange> gone = new CopyOnWriteArrayList<>();
    private CoapEndpoints endpoints;
    private InetSocketAddress monitor;

    @TempDir private Path folder;

    @BeforeEach
    void open() throws IOException {
        Relay relay = new Relay();
        endpoints =
                new CoapEndpoints(
                        this::handle,
                        new RelayExecutor(
                                relay, relay, task -> new Thread(task, "coap-test"), new Counter()),
                        relay,
                        LoopbackNode.TIME,
                        metrics);
        monitor =
                endpoints.openMonitor(
                        new InetSocketAddress(LoopbackNode.LOOPBACK, 0),
                        Set.of(Grant.of(Grant.Role.MONITOR)));
    }

    @AfterEach
    void close() {
        endpoints.close();
    }

    private void handle(Request request, Exchange exchange) {
        requests.add(request);
        if (request.observe()) {
            observers.add(exchange);
            exchange.onClosed(() -> gone.add(exchange));
        }
        if (request.path().equals(List.of("still"))) {
            exchange.respondOnce(new Response(205, 0, "still".getBytes(UTF_8), 60));
            return;
        }
        exchange.respond(
                switch (String.join("/", request.path())) {
                    case "busy" -> new Response(503, Request.NONE, new byte[0], 7);
                    case "" -> new Response(404, Request.NONE, new byte[0], 60);
                    case "large" -> new Response(205, 0, LARGE, 60);
                    case "live" -> new Response(205, 0, "0;".getBytes(UTF_8), 60);
                    default ->
                            new Response(
                                    205,
                                    0,
                                    (request.method() + " " + request.query() + request.accept())
                                            .getBytes(UTF_8),
                                    5);
                });
    }

    @Test
    void libcoapReadsAResource() throws Exception {
        String answer = coapClient("coap-client-notls", "-A", "50", url("health?a=1&b=2"));

        assertThat(answer.strip()).isEqualTo("GET [a=1, b=2]50");
        assertThat(requests.getFirst().caller())
                .isEqualTo(
                        new Caller(Caller.Via.MONITOR, null, Set.of(Grant.of(Grant.Role.MONITOR))));
    }

    @Test
    void libcoapReadsALargeOneInBlocks() throws Exception {
        Path out = folder.resolve("large");

        coapClient("coap-client-notls", "-o", out.toString(), url("large"));

        assertThat(Files.readAllBytes(out)).isEqualTo(LARGE);
    }

    @Test
    void libcoapObservesInOrder() throws Exception {
        Process client = start("coap-client-notls", "-s", "3", url("live"));
        await().atMost(SOON).until(() -> observers.size() == 1);
        for (int i = 1; i <= 250; i++) {
            observers.getFirst().respond(new Response(205, 0, (i + ";").getBytes(UTF_8), 60));
            Thread.sleep(4);
        }
        String printed = new String(client.getInputStream().readAllBytes(), UTF_8);
        client.waitFor(10, TimeUnit.SECONDS);

        List<Integer> seen = new ArrayList<>();
        for (String number : printed.replace("\n", "").split(";", -1)) {
            if (number.matches("\\d+")) {
                seen.add(Integer.parseInt(number));
            }
        }
        assertThat(seen).isSorted().contains(0, 250).hasSizeGreaterThan(245);
        await().atMost(SOON).until(() -> gone.equals(observers));
    }

    @Test
    void aResetEndsTheObservation() throws Exception {
        try (DatagramSocket client = client()) {
            send(client, hex("4001 0001 60 54 6c697665"));
            receive(client);
            observers.getFirst().respond(new Response(205, 0, "x".getBytes(UTF_8), 60));
            byte[] notification = receive(client);
            send(client, new byte[] {0x70, 0, notification[2], notification[3]});

            await().atMost(SOON).until(() -> gone.equals(observers));
        }
    }

    @Test
    void notificationsAreUnconfirmedAndCarryARisingNumber() throws Exception {
        try (DatagramSocket client = client()) {
            send(client, hex("4001 0001 60 54 6c697665"));
            int last = observeNumber(receive(client));
            for (int i = 0; i < 50; i++) {
                observers.getFirst().respond(new Response(205, 0, "x".getBytes(UTF_8), 60));
                byte[] notification = receive(client);
                assertThat(notification[0] & 0xf0).as("version and type").isEqualTo(0x50);
                assertThat(observeNumber(notification)).isEqualTo(last + 1);
                last++;
            }
        }
    }

    /** Of a message without a token, whose first option is Observe. */
    private static int observeNumber(byte[] message) {
        assertThat(message[4] >> 4).as("first option").isEqualTo(6);
        int number = 0;
        for (int i = 0; i < (message[4] & 0xf); i++) {
            number = (number << 8) | (message[5 + i] & 0xff);
        }
        return number;
    }

    @Test
    void cancellingEndsTheObservation() throws Exception {
        try (DatagramSocket client = client()) {
            send(client, hex("4101 0001 aa 60 54 6c697665"));
            assertThat(receive(client)[1]).isEqualTo((byte) 0x45);
            send(client, hex("4101 0002 aa 61 01 54 6c697665"));
            assertThat(receive(client)[1]).isEqualTo((byte) 0x45);

            await().atMost(SOON).until(() -> gone.equals(observers));
            assertThat(requests.getLast().observe()).isFalse();
        }
    }

    @Test
    void anAnswerThatCannotBeObservedDoesNotSayThatItCan() throws Exception {
        try (DatagramSocket client = client()) {
            send(client, hex("4001 0001 60 55 7374696c6c"));

            byte[] answer = receive(client);

            assertThat(answer[1]).isEqualTo((byte) 0x45);
            assertThat(answer[4] & 0xf0).as("first option: Content-Format").isEqualTo(0xc0);
            await().atMost(SOON).until(() -> gone.equals(observers));
        }
    }

    @Test
    void sayingThatItIsBusyIncludesWhenToAskAgain() throws Exception {
        try (DatagramSocket client = client()) {
            send(client, hex("4001 0001 b4 62757379"));

            byte[] answer = receive(client);

            assertThat(answer).endsWith(hex("d1 01 07"));
            assertThat(answer[1]).isEqualTo((byte) 0xa3);
        }
    }

    @Test
    void observersBeyondTheLimitAreReadersOnly() throws Exception {
        List<DatagramSocket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                DatagramSocket client = client();
                clients.add(client);
                for (int j = 0; j < 51; j++) {
                    send(client, hex("4101 00%02x %02x 60 54 6c697665".formatted(j, j)));
                    receive(client);
                }
            }
        } finally {
            clients.forEach(DatagramSocket::close);
        }
        assertThat(observers).hasSize(CoapSettings.OBSERVERS_MAX);
        assertThat(metric("pipit_coap_observers_refused")).isEqualTo(10);
    }

    @Test
    void theSmallestRequestIsNotAmplified() throws Exception {
        try (DatagramSocket client = client()) {
            send(client, hex("4001 0001"));

            assertThat(receive(client)).isEqualTo(hex("6084 0001"));
        }
    }

    @Test
    void aMethodThatDoesNotExistIsRefused() throws Exception {
        try (DatagramSocket client = client()) {
            send(client, hex("401e 0001"));

            assertThat(receive(client)[1]).isEqualTo((byte) 0x85);
            assertThat(requests).isEmpty();
        }
    }

    @Test
    void abodyIsPutTogetherUpToEightKilobytesAndNoFurther() throws Exception {
        Path small = Files.write(folder.resolve("small"), new byte[8_000]);
        Path large = Files.write(folder.resolve("big"), new byte[9_000]);

        coapClient("coap-client-notls", "-m", "put", "-f", small.toString(), url("x"));
        coapClient("coap-client-notls", "-m", "put", "-f", large.toString(), url("x"));

        assertThat(requests).hasSize(1);
        assertThat(requests.getFirst().payload()).hasSize(8_000);
    }

    @Test
    void anAddressThatIsTakenIsAnErrorThatSaysWhichAndWhatToDo() {
        assertThatThrownBy(() -> endpoints.openMonitor(monitor, Set.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(monitor.getPort()))
                .hasMessageContaining("ss -lunp");
        assertThatThrownBy(() ->
                        endpoints.openNetwork(List.of(monitor), LoopbackNode.key(), id -> null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(monitor.getPort()))
                .hasMessageContaining("ss -lunp");
    }

    @Test
    void bothWildcardsOnOnePortAreOneSocket() throws Exception {
        InetAddress any4 = InetAddress.ofLiteral("0.0.0.0");
        InetAddress any6 = InetAddress.ofLiteral("::");
        int port;
        try (DatagramSocket free = new DatagramSocket(0)) {
            port = free.getLocalPort();
        }
        NetworkEndpoint network =
                endpoints.openNetwork(
                        List.of(
                                new InetSocketAddress(any4, port),
                                new InetSocketAddress(any6, port)),
                        LoopbackNode.key(),
                        id -> null);
        assertThat(network.addresses()).hasSize(1);
    }

    @Test
    void garbageCostsNothingButACounter() throws Exception {
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        PrintStream before = System.err;
        List<LogRecord> logged = new CopyOnWriteArrayList<>();
        Handler handler = recorder(logged);
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        System.setErr(new PrintStream(errors, true, UTF_8));
        try (LoopbackNode node = new LoopbackNode(LoopbackNode.key());
                LoopbackNode peer = new LoopbackNode(LoopbackNode.key());
                DatagramSocket client = client()) {
            LoopbackNode.introduce(node, peer);
            peer.fetch(1, node);
            peer.await(io.pipit.port.Event.Fetched.class, SOON);
            Random random = new Random(7);
            for (int i = 0; i < 10_000; i++) {
                byte[] bytes = garbage(random, i);
                send(client, bytes, monitor);
                send(client, bytes, node.address());
                if (i % 50 == 0) {
                    Thread.sleep(20);
                }
            }
            peer.fetch(2, node);
            peer.await(io.pipit.port.Event.Fetched.class, SOON);
            assertThat(
                            node.metric("pipit_coap_datagrams_malformed")
                                    + node.metric("pipit_coap_datagrams_refused"))
                    .isGreaterThan(5_000);
        } finally {
            System.setErr(before);
            root.removeHandler(handler);
        }
        await().atMost(SOON).until(() -> metric("pipit_coap_messages_malformed") > 1_000);
        assertThat(coapClient("coap-client-notls", url("health"))).startsWith("GET");
        assertThat(metric("pipit_coap_library_errors")).isGreaterThan(1_000);
        assertThat(logged).allSatisfy(record -> assertThat(record.getThrown()).isNull());
        // Three of them listen to the library here, each with its own limit.
        assertThat(logged).hasSizeLessThan(25);
        assertThat(errors.toString(UTF_8)).doesNotContain("\tat ").hasSizeLessThan(8_000);
    }

    @Test
    void aPskClientGetsNowhere() throws Exception {
        try (LoopbackNode node = new LoopbackNode(LoopbackNode.key())) {
            coapClient(
                    "coap-client-openssl",
                    "-u",
                    "me",
                    "-k",
                    "secret",
                    "-B",
                    "2",
                    "coaps://127.0.0.1:" + node.address().getPort() + "/health");

            assertThat(node.requests).isEmpty();
            assertThat(node.metric("pipit_dtls_handshakes")).isZero();
        }
    }

    @Test
    void aFloodIsCutOffAndTheEndpointAnswersAgain() throws Exception {
        try (DatagramSocket client = client()) {
            for (int i = 0; i < 50_000; i++) {
                send(client, hex("5001 %04x".formatted(i & 0xffff)));
            }
        }
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(coapClient("coap-client-notls", "-B", "2", url("health")))
                                .startsWith("GET"));
        assertThat(metric("pipit_coap_datagrams_refused")).isPositive();
    }

    private static byte[] garbage(Random random, int i) {
        byte[] bytes = new byte[random.nextInt(1, 200)];
        random.nextBytes(bytes);
        switch (i % 6) {
            case 0 -> bytes[0] = (byte) 0x40;
            case 1 -> bytes = Arrays.copyOf(hex("4001 1234 ff"), 5);
            case 2 -> {
                byte[] head = hex("16 fefd 0000 000000000000 00ff 01");
                System.arraycopy(head, 0, bytes, 0, Math.min(head.length, bytes.length));
            }
            case 3 -> {
                byte[] head = hex("17 fefd 0001 000000000001 0010");
                System.arraycopy(head, 0, bytes, 0, Math.min(head.length, bytes.length));
            }
            // A block that is larger than it says, and a body announced with four gigabytes.
            case 4 ->
                    bytes =
                            hex(
                                    "4403 %04x 01020304 b1 78 d1 03 08 ff".formatted(i)
                                            + "00".repeat(20));
            default -> bytes = hex("4401 %04x 01020304 60 d4 29 ffffffff".formatted(i));
        }
        return bytes;
    }

    private static Handler recorder(List<LogRecord> into) {
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord record) {
                        if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
                            into.add(record);
                        }
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        return handler;
    }

    private String url(String path) {
        return "coap://127.0.0.1:" + monitor.getPort() + "/" + path;
    }

    private static Process start(String program, String... arguments) throws IOException {
        boolean installed = Files.isExecutable(Path.of("/usr/bin", program));
        if (!"required".equals(System.getProperty("pipit.peers"))) {
            Assumptions.assumeTrue(installed, program + " isn't installed");
        }
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static String coapClient(String program, String... arguments)
            throws IOException, InterruptedException {
        Process client = start(program, arguments);
        String out = new String(client.getInputStream().readAllBytes(), UTF_8);
        assertThat(client.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return out;
    }

    private static DatagramSocket client() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, LoopbackNode.LOOPBACK);
        socket.setSoTimeout(3_000);
        return socket;
    }

    private void send(DatagramSocket from, byte[] bytes) throws IOException {
        send(from, bytes, monitor);
    }

    private static void send(DatagramSocket from, byte[] bytes, InetSocketAddress to)
            throws IOException {
        from.send(new DatagramPacket(bytes, bytes.length, to));
    }

    private static byte[] receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer", e);
        }
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static byte[] hex(String text) {
        return java.util.HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private long metric(String name) {
        return new String(metrics.openMetrics(), UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + "_total "))
                .mapToLong(line -> (long) Double.parseDouble(line.split(" ", -1)[1]))
                .findFirst()
                .orElseThrow();
    }
}
