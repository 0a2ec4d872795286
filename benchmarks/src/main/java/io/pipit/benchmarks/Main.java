package io.pipit.benchmarks;

import io.pipit.cli.context.Failure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** {@code benchmarks/run}: the measurements that are named, or all. */
public final class Main {
    private static final List<String> ALL =
            List.of(
                    "latency",
                    "replication",
                    "idle",
                    "footprint",
                    "query",
                    "edges",
                    "bulk",
                    "catch-up",
                    "card",
                    "strangers",
                    "set",
                    "rule");

    /** Too long, or of no use, to be among all. */
    private static final List<String> OTHERS = List.of("idle-flags", "rate", "mqtt");

    private Main() {}

    /** Runs them one after the other; ends with 1 where one failed, 2 where a name isn't known. */
    public static void main(String[] arguments) throws Exception {
        List<String> wanted = arguments.length == 0 ? ALL : List.of(arguments);
        for (String name : wanted) {
            if (!ALL.contains(name) && !OTHERS.contains(name)) {
                System.err.println(
                        "benchmarks: '"
                                + name
                                + "' isn't one of "
                                + String.join(", ", ALL)
                                + ", "
                                + String.join(", ", OTHERS));
                System.exit(Failure.USAGE);
            }
        }
        Runtime.getRuntime().addShutdownHook(new Thread(Child::endAll, "end-children"));
        Path root = Path.of(System.getProperty("pipit.root", "."));
        Report report = new Report(root.resolve("benchmarks/target"));
        report.machine();
        boolean failed = false;
        for (String name : wanted) {
            Path folder = Files.createTempDirectory("pb-");
            try {
                measure(name, report, folder);
            } catch (Exception e) {
                failed = true;
                report.line("(" + name + " failed: " + e + ")");
                e.printStackTrace();
            } finally {
                delete(folder);
            }
        }
        System.err.println("benchmarks: also in " + report.file());
        System.exit(failed ? 1 : 0);
    }

    private static void measure(String name, Report report, Path folder) throws Exception {
        switch (name) {
            case "latency" ->
                    new Latency(report, number("rounds", 5), number("seconds", 10)).measure(folder);
            case "replication" ->
                    new Replication(report, number("rounds", 3), number("readings", 500_000))
                            .measure(folder);
            case "idle" -> new Idle(report, number("seconds", 60)).measure(folder, false);
            case "footprint" ->
                    new Footprint(report, number("rounds", 5), number("seconds", 60))
                            .measure(folder);
            case "idle-flags" -> new Idle(report, number("seconds", 20)).measure(folder, true);
            case "rate" -> new Rate(report, number("seconds", 600)).measure(folder);
            case "set" ->
                    new Setting(report, number("rounds", 3), number("seconds", 10)).measure(folder);
            case "query" -> new Query(report, number("readings", 10_000_000)).measure(folder);
            case "catch-up" ->
                    new CatchUp(report, number("rounds", 1), number("readings", 1_000_000))
                            .measure(folder);
            case "card" -> new Card(report, number("readings", 400_000)).measure(folder);
            case "rule" ->
                    new RuleLatency(report, number("rounds", 3), number("seconds", 60))
                            .measure(folder);
            case "bulk" ->
                    new Bulk(report, number("rounds", 3), number("megabytes", 1_024)).measure();
            case "edges" ->
                    new Edges(report, number("rounds", 5), number("seconds", 10)).measure(folder);
            case "mqtt" ->
                    new Outage(report, number("seconds", 300), number("readings", 20_000))
                            .measure(folder);
            case "strangers" ->
                    new Strangers(
                                    report,
                                    number("seconds", 20),
                                    number("datagrams", 400_000),
                                    number("rate", 20_000))
                            .measure(folder);
            default -> throw new IllegalArgumentException(name);
        }
    }

    /** From the environment: {@code PIPIT_BENCH_ROUNDS=1 benchmarks/run latency}. */
    private static int number(String name, int otherwise) {
        String given = System.getenv("PIPIT_BENCH_" + name.toUpperCase(java.util.Locale.ROOT));
        return given == null ? otherwise : Integer.parseInt(given);
    }

    /** With all that is in it. */
    static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @org.jspecify.annotations.Nullable IOException failure)
                            throws IOException {
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
