package io.pipit.benchmarks;

import io.pipit.benchmarks.Contender.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a node alone on its board costs, beside other programs that people run there: its start, at
 * rest, and at a hundred readings a second.
 */
final class Footprint {
    private static final int WARM_SECONDS = 30;
    private static final int READINGS_PER_SECOND = 100;
    private static final long READING_NANOS = 1_000_000_000L / READINGS_PER_SECOND;
    private static final long ANSWER_MAX_NANOS = 60_000_000_000L;
    private static final long ASK_AGAIN_NANOS = 2_000_000L;

    private static final List<Contender> CONTENDERS =
            List.of(
                    new PipitContender(),
                    new MosquittoContender(),
                    new NatsContender(),
                    new CollectdContender(),
                    new NodeCoapContender());

    private final Report report;
    private final int rounds;
    private final int seconds;

    Footprint(Report report, int rounds, int seconds) {
        this.report = report;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** How long a start took, and what it cost until the first answer. */
    private record Start(double millis, double cpuSeconds) {}

    void measure(Path folder) throws Exception {
        report.line("### (j) A node alone, beside other programs for a board");
        report.line("");
        List<Contender> all = new ArrayList<>();
        for (Contender each : CONTENDERS) {
            String missing = each.missing();
            if (missing == null) {
                all.add(each);
            } else {
                report.line(each.name() + ": skipped, " + missing);
            }
        }
        List<List<Start>> starts = starts(all, folder);
        List<List<String>> rows = new ArrayList<>();
        List<Run> running = new ArrayList<>();
        try {
            for (int i = 0; i < all.size(); i++) {
                running.add(all.get(i).start(Files.createDirectories(folder.resolve("run" + i))));
                await(running.get(i), all.get(i).name());
            }
            List<String[]> idle = idle(running);
            for (int i = 0; i < all.size(); i++) {
                List<String> row = new ArrayList<>();
                row.add(all.get(i).name());
                row.add(Report.number(median(starts.get(i), true), 0));
                row.add(Report.number(median(starts.get(i), false), 2));
                row.addAll(List.of(idle.get(i)));
                row.addAll(loaded(running.get(i)));
                row.add(all.get(i).installed());
                rows.add(row);
            }
        } finally {
            running.forEach(Run::close);
        }
        report.line(
                "Start: median of %d, in turn. At rest: all at once, over %d s from %d s after the start. Then each in turn with %d readings a second, over %d s."
                        .formatted(rounds, seconds, WARM_SECONDS, READINGS_PER_SECOND, seconds));
        report.line("");
        report.table(
                List.of(
                        "",
                        "ms to the first answer",
                        "CPU s to it",
                        "at rest: RSS MiB",
                        "PSS MiB",
                        "CPU, % of a core",
                        "context switches/s",
                        "threads",
                        "loaded: RSS MiB",
                        "PSS MiB",
                        "CPU, % of a core",
                        "context switches/s",
                        "bytes written a reading",
                        "installed"),
                rows);
    }

    private List<List<Start>> starts(List<Contender> all, Path folder) throws Exception {
        List<List<Start>> starts = new ArrayList<>();
        all.forEach(_ -> starts.add(new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < all.size(); i++) {
                // The same folder: a node makes its key and its store the first time alone.
                Path own = Files.createDirectories(folder.resolve("start" + i));
                long from = System.nanoTime();
                try (Run run = all.get(i).start(own)) {
                    long until = await(run, all.get(i).name());
                    double cpu = run.child().usage().cpuSeconds();
                    if (round > 0) {
                        starts.get(i).add(new Start((until - from) / 1e6, cpu));
                    }
                }
            }
        }
        return starts;
    }

    private static long await(Run run, String name) throws IOException {
        long deadline = System.nanoTime() + ANSWER_MAX_NANOS;
        while (!run.answers()) {
            if (!run.child().alive() || System.nanoTime() - deadline > 0) {
                throw new IOException(name + " doesn't answer: " + run.child().lastWords());
            }
            LockSupport.parkNanos(ASK_AGAIN_NANOS);
        }
        return System.nanoTime();
    }

    private List<String[]> idle(List<Run> running) throws Exception {
        Thread.sleep(WARM_SECONDS * 1_000L);
        List<Child.Usage> before = new ArrayList<>();
        for (Run run : running) {
            before.add(run.child().usage());
        }
        Thread.sleep(seconds * 1_000L);
        List<String[]> rows = new ArrayList<>();
        for (int i = 0; i < running.size(); i++) {
            Child.Usage after = running.get(i).child().usage();
            rows.add(
                    new String[] {
                        Report.number(after.residentMib(), 1),
                        Report.number(after.proportionalMib(), 1),
                        Report.number(100 * after.cpuShareSince(before.get(i)), 2),
                        Report.number(after.switchesPerSecondSince(before.get(i)), 0),
                        Integer.toString(after.threads())
                    });
        }
        return rows;
    }

    private List<String> loaded(Run run) throws Exception {
        run.load();
        int warm = feed(run, 0, WARM_SECONDS / 2);
        Child.Usage before = run.child().usage();
        int readings = feed(run, warm, seconds);
        Child.Usage after = run.child().usage();
        return List.of(
                Report.number(after.residentMib(), 1),
                Report.number(after.proportionalMib(), 1),
                Report.number(100 * after.cpuShareSince(before), 2),
                Report.number(after.switchesPerSecondSince(before), 0),
                Report.number(
                        (after.writtenBytes() - before.writtenBytes()) / (double) readings, 0));
    }

    /** Brings them at their times; how many. */
    private static int feed(Run run, int first, int seconds) throws Exception {
        int count = seconds * READINGS_PER_SECOND;
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            for (long left = start + i * READING_NANOS - System.nanoTime();
                    left > 0;
                    left = start + i * READING_NANOS - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            run.reading(first + i);
        }
        return count;
    }

    private static double median(List<Start> starts, boolean time) {
        List<Double> values = new ArrayList<>();
        for (Start each : starts) {
            values.add(time ? each.millis() : each.cpuSeconds());
        }
        Collections.sort(values);
        return values.isEmpty() ? Double.NaN : values.get(values.size() / 2);
    }
}
