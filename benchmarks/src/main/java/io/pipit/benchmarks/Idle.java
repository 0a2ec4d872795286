package io.pipit.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a node with five sensors and two peers takes while nothing but that goes on. */
final class Idle {
    private static final int WARM_SECONDS = 30;
    private static final int CLIENTS = 2;

    private final Report report;
    private final int seconds;

    Idle(Report report, int seconds) {
        this.report = report;
        this.seconds = seconds;
    }

    /** Flags for the JVM beyond those of {@code ./pipit}, which come after them and win. */
    private static Map<String, List<String>> variants() {
        Map<String, List<String>> variants = new LinkedHashMap<>();
        variants.put("Pipit", List.of());
        variants.put("Pipit, large young generation", List.of("-Xms64m", "-Xmx64m", "-Xmn20m"));
        variants.put("Pipit, -Xmx32m -Xms8m -Xmn4m", List.of("-Xmx32m", "-Xms8m", "-Xmn4m"));
        variants.put(
                "Pipit, -Xmx32m -Xms4m -Xmn2m, tight",
                List.of(
                        "-Xmx32m",
                        "-Xms4m",
                        "-Xmn2m",
                        "-XX:MinHeapFreeRatio=10",
                        "-XX:MaxHeapFreeRatio=20",
                        "-XX:ReservedCodeCacheSize=16m"));
        variants.put("Pipit, -Xshare:off", List.of("-Xshare:off"));
        variants.put("Pipit, compact headers", List.of("-XX:+UseCompactObjectHeaders"));
        return variants;
    }

    void measure(Path folder, boolean allFlags) throws Exception {
        report.line("### (c) An idle node with five sensors and two peers");
        report.line("");
        List<List<String>> rows = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, List<String>> variant : variants().entrySet()) {
            if (number == 0 || allFlags) {
                rows.add(pipit(folder.resolve("v" + number), variant.getKey(), variant.getValue()));
            }
            number++;
        }
        if (Report.has("mosquitto", "-h")) {
            rows.add(mosquitto(folder.resolve("mosquitto")));
        } else {
            report.line("mosquitto isn't installed: skipped");
        }
        report.line("Over " + seconds + " s, " + WARM_SECONDS + " s after the start.");
        report.line("");
        report.table(
                List.of(
                        "",
                        "RSS MiB",
                        "PSS MiB",
                        "RSS peak MiB",
                        "CPU, % of a core",
                        "context switches/s",
                        "threads",
                        "CPU s for the start"),
                rows);
    }

    private List<String> pipit(Path folder, String name, List<String> flags) throws Exception {
        List<PipitNode> nodes = new ArrayList<>();
        try {
            for (String each : List.of("a", "b", "c")) {
                nodes.add(new PipitNode(folder, each));
            }
            for (PipitNode node : nodes) {
                for (PipitNode other : nodes) {
                    if (node != other) {
                        node.knows(other, true);
                    }
                }
                node.configure(sensors());
            }
            for (PipitNode node : nodes) {
                node.start(node == nodes.getFirst() ? flags : List.of());
            }
            return observe(name, nodes.getFirst().child());
        } finally {
            nodes.forEach(PipitNode::close);
        }
    }

    private List<String> mosquitto(Path folder) throws Exception {
        try (Broker broker =
                Broker.start(folder, "persistence true\npersistence_location " + folder + "/")) {
            List<Child> clients = new ArrayList<>();
            try {
                for (int i = 0; i < CLIENTS; i++) {
                    clients.add(
                            Child.start(
                                    List.of(
                                            "mosquitto_sub",
                                            "-h",
                                            "127.0.0.1",
                                            "-p",
                                            Integer.toString(broker.port),
                                            "-t",
                                            "#"),
                                    Map.of(),
                                    folder.resolve("client" + i)));
                }
                return observe("mosquitto, two clients, no messages", broker.child);
            } finally {
                clients.forEach(Child::close);
            }
        }
    }

    private List<String> observe(String name, Child child) throws Exception {
        Thread.sleep(WARM_SECONDS * 1_000L);
        Child.Usage before = child.usage();
        Thread.sleep(seconds * 1_000L);
        Child.Usage after = child.usage();
        return List.of(
                name,
                Report.number(after.residentMib(), 1),
                Report.number(after.proportionalMib(), 1),
                Report.number(after.residentPeakMib(), 1),
                Report.number(100 * after.cpuShareSince(before), 2),
                Report.number(after.switchesPerSecondSince(before), 0),
                Integer.toString(after.threads()),
                Report.number(before.cpuSeconds(), 2));
    }

    private static String sensors() {
        StringBuilder text =
                new StringBuilder(
                        """
                        [[sensor]]
                        name = "host"
                        driver = "host"
                        every = "5s"
                        """);
        String[] drivers = {"bme280", "bme280", "bmp280", "bmp280"};
        for (int i = 0; i < drivers.length; i++) {
            text.append(
                    """

                    [[sensor]]
                    name = "air%d"
                    driver = "%s"
                    bus = "%s"
                    address = %s
                    every = "10s"
                    """
                            .formatted(
                                    i,
                                    drivers[i],
                                    i < 2 ? "simulated" : "simulated-1",
                                    i % 2 == 0 ? "0x76" : "0x77"));
        }
        return text.toString();
    }
}
