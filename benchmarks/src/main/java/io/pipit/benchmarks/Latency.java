package io.pipit.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.californium.core.CoapClient;
import org.eclipse.californium.core.CoapHandler;
import org.eclipse.californium.core.CoapResponse;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.UdpConfig;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

/**
 * From a reading to a subscriber, 100 a second. Each carries the monotonic clock, and the
 * subscriber in this process takes it from its own. The programs take turns; those whose turn it
 * isn't idle.
 */
final class Latency {
    private static final int PER_SECOND = 100;
    private static final long INTERVAL_NANOS = 1_000_000_000L / PER_SECOND;
    private static final long SETTLE_MILLIS = 1_500;
    private static final int SAMPLES_MAX = 100_000;
    private static final String MQTT_1 = "mosquitto QoS 1, no TLS";

    private final Report report;
    private final int rounds;
    private final int seconds;

    /** Where arrivals are counted now; null while nothing is. */
    private static final class Sink {
        private volatile @Nullable Samples samples;

        void arrived(long takenNanos) {
            arrived(takenNanos, System.nanoTime());
        }

        void arrived(long takenNanos, long nowNanos) {
            Samples current = samples;
            if (current != null) {
                current.add(nowNanos - takenNanos);
            }
        }
    }

    /** A program under measurement. */
    private abstract static class Contender implements AutoCloseable {
        final Sink sink = new Sink();

        /** Lets readings travel for so long. */
        abstract void run(long millis) throws Exception;

        @Override
        public abstract void close();
    }

    Latency(Report report, int rounds, int seconds) {
        this.report = report;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    void measure(Path folder) throws Exception {
        report.line("### (a) Reading to a peer's subscriber, 100 a second");
        report.line("");
        Map<String, Contender> contenders = new LinkedHashMap<>();
        Map<String, List<Samples>> results = new LinkedHashMap<>();
        try {
            contenders.put("Pipit, DTLS, via the peer's socket", new Pipit(folder));
            if (Report.has("mosquitto", "-h")) {
                Broker broker = Broker.start(folder.resolve("mosquitto"), "");
                contenders.put("mosquitto QoS 0, no TLS", new Mqtt(broker, 0, true));
                contenders.put(MQTT_1, new Mqtt(broker, 1, false));
            } else {
                report.line("mosquitto isn't installed: skipped");
            }
            if (Report.has("coap-server-notls", "-h")) {
                contenders.put("libcoap Observe, no DTLS", new Coap(folder));
            } else {
                report.line("libcoap isn't installed: skipped");
            }
            for (int round = 0; round <= rounds; round++) {
                for (Map.Entry<String, Contender> each : contenders.entrySet()) {
                    Samples samples = new Samples(SAMPLES_MAX);
                    Contender contender = each.getValue();
                    // What is on its way at the end still counts; the first round warms up.
                    contender.sink.samples = round == 0 ? null : samples;
                    contender.run(seconds * 1_000L);
                    contender.sink.samples = null;
                    if (round > 0) {
                        results.computeIfAbsent(each.getKey(), _ -> new ArrayList<>()).add(samples);
                    }
                }
            }
        } finally {
            contenders.values().forEach(Contender::close);
        }
        tell(results);
    }

    private void tell(Map<String, List<Samples>> results) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        double reference = Double.NaN;
        List<Samples> qos1 = results.get(MQTT_1);
        if (qos1 != null) {
            reference = Samples.median(qos1.stream().map(s -> s.micros(0.5)).toList());
        }
        for (Map.Entry<String, List<Samples>> each : results.entrySet()) {
            List<String> row = new ArrayList<>(List.of(each.getKey()));
            row.addAll(Samples.row(each.getValue()));
            row.add(
                    Report.number(
                            Samples.median(
                                            each.getValue().stream()
                                                    .map(s -> s.micros(0.5))
                                                    .toList())
                                    / reference,
                            2));
            rows.add(row);
        }
        report.line(
                "Median of "
                        + rounds
                        + " rounds of "
                        + seconds
                        + " s, microseconds; interleaved, after one round to warm up.");
        report.line("");
        List<String> head = new ArrayList<>(List.of(""));
        head.addAll(Samples.HEAD);
        head.add("p50 ÷ mosquitto QoS 1");
        report.table(head, rows);
    }

    /** Calls it so often with the time of the call. */
    private interface Publishing {
        void publish(long nanos) throws Exception;
    }

    private static void pace(long millis, Publishing publishing) throws Exception {
        long begin = System.nanoTime();
        long count = millis * 1_000_000 / INTERVAL_NANOS;
        for (long i = 0; i < count; i++) {
            long due = begin + i * INTERVAL_NANOS;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            publishing.publish(System.nanoTime());
        }
        Thread.sleep(50);
    }

    /** The sensor rests between its rounds. */
    private static final class Pipit extends Contender {
        private final PipitPair pair;

        Pipit(Path folder) throws Exception {
            pair =
                    new PipitPair(
                            folder,
                            TickDriver.SERIES,
                            sensor("1h"),
                            (_, taken, now) -> sink.arrived(taken, now));
        }

        private static String sensor(String every) {
            return """
            [[sensor]]
            name = "tick"
            driver = "tick"
            every = "%s"
            """
                    .formatted(every);
        }

        @Override
        void run(long millis) throws Exception {
            Samples samples = sink.samples;
            sink.samples = null;
            pair.configure(sensor("10ms"));
            Thread.sleep(SETTLE_MILLIS);
            sink.samples = samples;
            Thread.sleep(millis);
            sink.samples = null;
            pair.configure(sensor("1h"));
            Thread.sleep(SETTLE_MILLIS / 3);
        }

        @Override
        public void close() {
            pair.close();
        }
    }

    /** Through a broker. */
    private static final class Mqtt extends Contender {
        private final Broker broker;
        private final boolean ends;
        private final MqttPair pair;

        Mqtt(Broker broker, int qos, boolean ends) throws MqttException {
            this.broker = broker;
            this.ends = ends;
            pair = new MqttPair(broker, qos, sink::arrived);
        }

        @Override
        void run(long millis) throws Exception {
            pace(millis, pair::publish);
        }

        @Override
        public void close() {
            pair.close();
            if (ends) {
                broker.close();
            }
        }
    }

    /** libcoap's server with a resource that one client PUTs and another observes. */
    private static final class Coap extends Contender {
        private final Child server;
        private final CoapEndpoint putting;
        private final CoapEndpoint observing;
        private final String uri;

        Coap(Path folder) throws Exception {
            int port = PipitNode.Ports.free();
            server =
                    Child.start(
                            List.of(
                                    "coap-server-notls",
                                    "-A",
                                    "127.0.0.1",
                                    "-p",
                                    Integer.toString(port),
                                    "-d",
                                    "4"),
                            Map.of(),
                            folder.resolve("libcoap.log"));
            uri = "coap://127.0.0.1:" + port + "/monotonic";
            putting = endpoint();
            observing = endpoint();
            Thread.sleep(300);
            CoapClient first = new CoapClient(uri).setEndpoint(putting).setTimeout(3_000L);
            if (first.put("0", 0) == null) {
                throw new IOException("libcoap's server doesn't answer: " + server.lastWords());
            }
            CoapClient client = new CoapClient(uri).setEndpoint(observing).setTimeout(3_000L);
            client.observeAndWait(
                    new CoapHandler() {
                        @Override
                        public void onLoad(CoapResponse response) {
                            sink.arrived(
                                    Long.parseLong(new String(response.getPayload(), US_ASCII)));
                        }

                        @Override
                        public void onError() {
                            System.err.println("libcoap: an observation failed");
                        }
                    });
        }

        private static CoapEndpoint endpoint() throws IOException {
            CoapConfig.register();
            UdpConfig.register();
            Configuration config = new Configuration();
            config.set(CoapConfig.MAX_ACTIVE_PEERS, 16);
            CoapEndpoint endpoint =
                    new CoapEndpoint.Builder()
                            .setConfiguration(config)
                            .setInetSocketAddress(
                                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                            .build();
            endpoint.start();
            return endpoint;
        }

        @Override
        void run(long millis) throws Exception {
            pace(
                    millis,
                    now -> {
                        Request request = Request.newPut();
                        request.setConfirmable(false);
                        request.setURI(uri);
                        request.setPayload(Long.toString(now));
                        putting.sendRequest(request);
                    });
        }

        @Override
        public void close() {
            putting.destroy();
            observing.destroy();
            server.close();
        }
    }
}
