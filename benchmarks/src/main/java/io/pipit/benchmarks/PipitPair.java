package io.pipit.benchmarks;

import io.pipit.cli.client.Reply;
import io.pipit.cli.client.SocketClient;
import io.pipit.cli.context.Failure;
import io.pipit.wire.Format;
import io.pipit.wire.Senml;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Two nodes, with DTLS between them: the sensor is on one, a subscriber at the other one's socket.
 * The sensor's one value is a time of CLOCK_MONOTONIC in seconds.
 */
final class PipitPair implements AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Called on the subscriber's thread. */
    interface Subscriber {
        /**
         * A reading is here.
         *
         * @param takenNanos what it carries
         * @param nowNanos when its message was here, on the same clock
         */
        void arrived(Senml.Item reading, long takenNanos, long nowNanos);
    }

    private final PipitNode origin;
    private final PipitNode peer;
    private final SocketClient client;
    private volatile boolean closing;

    /**
     * Starts both.
     *
     * @param series what is subscribed to
     * @param sensor its table in the configuration
     */
    PipitPair(Path folder, String series, String sensor, Subscriber subscriber) throws Exception {
        origin = new PipitNode(folder, "a");
        peer = new PipitNode(folder, "b");
        origin.knows(peer, false);
        peer.knows(origin, true);
        origin.configure(sensor);
        peer.configure("");
        // So the drivers of this module are on its class path.
        origin.start(options("a", "-javaagent:" + System.getProperty("pipit.benchmarks.jar")));
        peer.start(options("b"));
        client = peer.watch("a/" + series);
        read(client, () -> closing, subscriber);
    }

    private static List<String> options(String node, String... given) {
        String recording = System.getenv("PIPIT_BENCH_JFR");
        if (recording == null) {
            return List.of(given);
        }
        String option =
                "-XX:StartFlightRecording:settings=profile,filename="
                        + recording
                        + "-"
                        + node
                        + ".jfr";
        return Stream.concat(Arrays.stream(given), Stream.of(option)).toList();
    }

    /** Gives the origin another sensor's table, without a restart. */
    void configure(String sensor) throws IOException, InterruptedException {
        origin.configure(sensor);
    }

    /** Hands over what comes, on a thread of its own, until it is said to end. */
    static void read(SocketClient client, BooleanSupplier closing, Subscriber subscriber) {
        Thread reader = new Thread(() -> handOver(client, closing, subscriber), "pipit-subscriber");
        reader.setDaemon(true);
        reader.start();
    }

    private static void handOver(
            SocketClient client, BooleanSupplier closing, Subscriber subscriber) {
        try {
            while (!closing.getAsBoolean()) {
                Optional<Reply> reply = client.next(Duration.ofMillis(500));
                long now = System.nanoTime();
                if (reply.isPresent()) {
                    for (Senml.Item item : Senml.decode(reply.get().payload(), Format.CBOR)) {
                        Double value = item.value();
                        if (value != null) {
                            subscriber.arrived(item, Math.round(value * NANOS_PER_SECOND), now);
                        }
                    }
                }
            }
        } catch (Failure | WireException | ClosedSelectorException e) {
            if (!closing.getAsBoolean()) {
                System.err.println("the subscription at b ended: " + e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        peer.close();
        origin.close();
        client.close();
    }
}
