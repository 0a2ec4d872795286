package io.pipit.benchmarks;

import io.pipit.wire.Senml;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

/**
 * From an edge of a line to a subscriber at the peer, 100 a second at random moments: how long it
 * takes by the edge's own time, and whether the reading there has that time.
 */
final class Edges {
    private static final long SETTLE_MILLIS = 1_500;
    private static final int SAMPLES_MAX = 100_000;
    private static final long NANOS_PER_MICRO = 1_000;
    private static final String SENSOR =
            """
            [[sensor]]
            name = "edge"
            driver = "edge"
            every = "1h"
            """;

    private final Report report;
    private final int rounds;
    private final int seconds;

    /** What arrived in a round. Filled on the subscriber's thread, read when it is over. */
    private static final class Round {
        private final Samples samples = new Samples(SAMPLES_MAX);
        private long firstSequence;
        private long lastSequence;
        private long leastMicros = Long.MAX_VALUE;
        private long mostMicros = Long.MIN_VALUE;

        synchronized void arrived(Senml.Item reading, long edgeNanos, long nowNanos) {
            samples.add(nowNanos - edgeNanos);
            firstSequence = firstSequence == 0 ? reading.sequence() : firstSequence;
            lastSequence = Math.max(lastSequence, reading.sequence());
            long apart = reading.timeMicros() - Math.floorDiv(edgeNanos, NANOS_PER_MICRO);
            leastMicros = Math.min(leastMicros, apart);
            mostMicros = Math.max(mostMicros, apart);
        }

        /** Readings that the origin took meanwhile, by their numbers in its log. */
        synchronized long taken() {
            return firstSequence == 0 ? 0 : lastSequence - firstSequence + 1;
        }

        /** How much the wall's time of a reading and the edge's time differ in their distance. */
        synchronized long spreadMicros() {
            return mostMicros - leastMicros;
        }
    }

    /** Null while nothing is counted. */
    private volatile @Nullable Round current;

    Edges(Report report, int rounds, int seconds) {
        this.report = report;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    void measure(Path folder) throws Exception {
        report.line("### (e) Edge to a peer's subscriber, 100 a second at random moments");
        report.line("");
        List<Round> results = new ArrayList<>();
        List<Samples> beside = new ArrayList<>();
        try (Mosquitto mosquitto = mosquitto(folder);
                PipitPair pair = new PipitPair(folder, EdgeDriver.SERIES, "", this::arrived)) {
            for (int round = 0; round <= rounds; round++) {
                pair.configure(SENSOR);
                Thread.sleep(SETTLE_MILLIS);
                Round made = new Round();
                current = made;
                Thread.sleep(seconds * 1_000L);
                current = null;
                pair.configure("");
                Thread.sleep(SETTLE_MILLIS);
                Samples theirs = mosquitto == null ? null : mosquitto.run(seconds);
                // The first one warms up.
                if (round > 0) {
                    results.add(made);
                    if (theirs != null) {
                        beside.add(theirs);
                    }
                }
            }
        }
        tell(results, beside);
    }

    private @Nullable Mosquitto mosquitto(Path folder) throws Exception {
        if (!Report.has("mosquitto", "-h")) {
            report.line("mosquitto isn't installed: skipped");
            return null;
        }
        return new Mosquitto(Broker.start(folder.resolve("mosquitto"), ""));
    }

    /** The same moments, published by a client with QoS 1; the times are this process's. */
    private static final class Mosquitto implements AutoCloseable {
        private final Broker broker;
        private final MqttPair pair;
        private volatile @Nullable Samples samples;

        Mosquitto(Broker broker) throws MqttException {
            this.broker = broker;
            pair =
                    new MqttPair(
                            broker,
                            1,
                            edge -> {
                                Samples now = samples;
                                if (now != null) {
                                    now.add(System.nanoTime() - edge);
                                }
                            });
        }

        Samples run(int seconds) throws InterruptedException {
            Samples made = new Samples(SAMPLES_MAX);
            samples = made;
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            EdgeDriver.atRandomMoments(
                    () -> System.nanoTime() > end,
                    nanos -> {
                        try {
                            pair.publish(nanos);
                        } catch (MqttException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            Thread.sleep(SETTLE_MILLIS / 3);
            samples = null;
            return made;
        }

        @Override
        public void close() {
            pair.close();
            broker.close();
        }
    }

    private void arrived(Senml.Item reading, long edgeNanos, long nowNanos) {
        Round round = current;
        if (round != null) {
            round.arrived(reading, edgeNanos, nowNanos);
        }
    }

    private void tell(List<Round> results, List<Samples> beside) throws IOException {
        List<Samples> samples = results.stream().map(round -> round.samples).toList();
        List<String> head = new ArrayList<>(List.of(""));
        head.addAll(Samples.HEAD);
        head.addAll(List.of("of", "times apart by, at most"));
        List<String> row = new ArrayList<>(List.of("Pipit, DTLS, via the peer's socket"));
        row.addAll(Samples.row(samples));
        row.add(Long.toString(results.stream().mapToLong(Round::taken).sum()));
        row.add(Long.toString(results.stream().mapToLong(Round::spreadMicros).max().orElseThrow()));
        List<List<String>> rows = new ArrayList<>(List.of(row));
        if (!beside.isEmpty()) {
            List<String> other = new ArrayList<>(List.of("mosquitto QoS 1, no TLS"));
            other.addAll(Samples.row(beside));
            other.addAll(List.of("–", "–"));
            rows.add(other);
        }
        report.line(
                "Median of %d rounds of %d s, in turn, microseconds; after one round to warm up."
                        .formatted(rounds, seconds));
        report.line("");
        report.table(head, rows);
    }
}
