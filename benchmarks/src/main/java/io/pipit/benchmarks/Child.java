package io.pipit.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A process that this one started, what the kernel says of it, and its end. Any thread. */
final class Child implements AutoCloseable {
    private static final int STOP_SECONDS = 10;
    private static final double KIB_PER_MIB = 1024;

    /** Of /proc/PID/stat; always 100 for programs, whatever the kernel uses itself. */
    private static final double TICKS_PER_SECOND = 100;

    /**
     * Fields of /proc/PID/stat behind the name: proc_pid_stat(5) counts from 1, with two before.
     */
    private static final int USER_TIME = 11;

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    private final Process process;
    private final Path log;

    private Child(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it with its output in a file. */
    static Child start(List<String> command, Map<String, String> environment, Path log)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        RUNNING.add(process);
        return new Child(process, log);
    }

    /** Ends what still runs, for a measurement that was broken off. */
    static void endAll() {
        RUNNING.forEach(Process::destroy);
    }

    /**
     * What the kernel counts of a process.
     *
     * @param cpuSeconds user and system
     * @param contextSwitches of all its threads, of either kind
     * @param writtenBytes that it caused to be sent to the disk
     */
    record Usage(
            long nanos,
            double residentMib,
            double proportionalMib,
            double residentPeakMib,
            double cpuSeconds,
            long contextSwitches,
            int threads,
            long writtenBytes) {
        double cpuShareSince(Usage before) {
            return (cpuSeconds - before.cpuSeconds) / ((nanos - before.nanos) / 1e9);
        }

        double switchesPerSecondSince(Usage before) {
            return (contextSwitches - before.contextSwitches) / ((nanos - before.nanos) / 1e9);
        }
    }

    Usage usage() throws IOException {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        String stat = Files.readString(proc.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        double cpu =
                (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]))
                        / TICKS_PER_SECOND;
        long switches = 0;
        int threads = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(proc.resolve("task"))) {
            for (Path task : tasks) {
                try {
                    switches += number(task.resolve("status"), "voluntary_ctxt_switches:");
                    switches += number(task.resolve("status"), "nonvoluntary_ctxt_switches:");
                    threads++;
                } catch (NoSuchFileException e) {
                    // It ended meanwhile.
                }
            }
        }
        return new Usage(
                System.nanoTime(),
                number(proc.resolve("smaps_rollup"), "Rss:") / KIB_PER_MIB,
                number(proc.resolve("smaps_rollup"), "Pss:") / KIB_PER_MIB,
                number(proc.resolve("status"), "VmHWM:") / KIB_PER_MIB,
                cpu,
                switches,
                threads,
                number(proc.resolve("io"), "write_bytes:"));
    }

    /** CPU seconds of it and of all that it started, those that have ended included. */
    double cpuSecondsInAll() throws IOException {
        double all = cpuSeconds(process.toHandle(), true);
        for (ProcessHandle below : process.descendants().toList()) {
            all += cpuSeconds(below, true);
        }
        return all;
    }

    /** CPU seconds of all children of this process that have ended. */
    static double cpuSecondsOfEnded() throws IOException {
        ProcessHandle self = ProcessHandle.current();
        return cpuSeconds(self, true) - cpuSeconds(self, false);
    }

    private static double cpuSeconds(ProcessHandle process, boolean children) throws IOException {
        Path file = Path.of("/proc", Long.toString(process.pid()), "stat");
        if (!Files.exists(file)) {
            return 0;
        }
        String stat = Files.readString(file);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int i = 0; i < (children ? 4 : 2); i++) {
            ticks += Long.parseLong(fields[USER_TIME + i]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    private static long number(Path file, String field) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.substring(field.length()).replace("kB", "").strip());
            }
        }
        throw new IOException(file + " has no " + field);
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Waits for it to end by itself. */
    boolean awaitEnd(long seconds) throws InterruptedException {
        return process.waitFor(seconds, TimeUnit.SECONDS);
    }

    /** Whether it ended, and not well. */
    boolean failed() {
        return !process.isAlive() && process.exitValue() != 0;
    }

    /** Sends a signal, as kill(1) calls it. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    /** Ends it as a crash does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** What {@code jcmd} says of a Java program, for each of these. */
    String jcmd(String... commands) throws IOException, InterruptedException {
        StringBuilder said = new StringBuilder();
        for (String command : commands) {
            Process asked =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                            .toString(),
                                    Long.toString(process.pid()),
                                    command)
                            .redirectErrorStream(true)
                            .start();
            said.append(new String(asked.getInputStream().readAllBytes(), UTF_8));
            asked.waitFor();
        }
        return said.toString();
    }

    /** Its last lines. */
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log, UTF_8);
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
        } catch (IOException e) {
            return "no log: " + e.getMessage();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            var _ = process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        RUNNING.remove(process);
    }
}
