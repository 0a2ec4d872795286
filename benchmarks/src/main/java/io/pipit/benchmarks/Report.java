package io.pipit.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What was measured, as Markdown: to standard output at once, and to a file. */
final class Report {
    private final Path file;

    Report(Path folder) throws IOException {
        Files.createDirectories(folder);
        file =
                folder.resolve(
                        "results-"
                                + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
                                        .format(ZonedDateTime.now(ZoneOffset.UTC))
                                + ".md");
    }

    Path file() {
        return file;
    }

    void line(String text) throws IOException {
        System.out.println(text);
        Files.writeString(file, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void table(List<String> head, List<List<String>> rows) throws IOException {
        line("| " + String.join(" | ", head) + " |");
        line("|" + " --- |".repeat(head.size()));
        for (List<String> row : rows) {
            line("| " + String.join(" | ", row) + " |");
        }
        line("");
    }

    /** The machine and the versions of all that takes part. */
    void machine() throws IOException {
        List<String> peers = new ArrayList<>();
        peers.add(versionOf("mosquitto", "mosquitto", "-h"));
        peers.add(libcoap());
        line(
                "Machine: "
                        + cpu()
                        + ", "
                        + Runtime.getRuntime().availableProcessors()
                        + " cores, Linux "
                        + System.getProperty("os.version")
                        + ", JDK "
                        + Runtime.version()
                        + "; peers: "
                        + String.join("; ", peers)
                        + "; Paho mqttv5 1.2.5, Californium 3.14.0 as their clients. Load average before: "
                        + Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]
                        + ".");
        line("");
    }

    private static String cpu() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
            if (line.startsWith("model name")) {
                return line.substring(line.indexOf(':') + 2);
            }
        }
        return System.getProperty("os.arch");
    }

    /** Its usage says the version in the first line that has a v and a digit. */
    private static String libcoap() {
        return output("coap-client-notls").stream()
                .filter(line -> line.matches(".* v[0-9].*"))
                .map(line -> "libcoap " + line.replaceAll(".* (v[0-9.]+).*", "$1"))
                .findFirst()
                .orElse("libcoap (not installed: skipped)");
    }

    private static String versionOf(String name, String... command) {
        String line = firstLine(command);
        return line == null ? name + " (not installed: skipped)" : line.strip();
    }

    /** Whether a program is there, and wanted. */
    static boolean has(String... command) {
        return System.getenv("PIPIT_BENCH_ALONE") == null && firstLine(command) != null;
    }

    private static @Nullable String firstLine(String... command) {
        List<String> lines = output(command);
        return lines.isEmpty() ? null : lines.getFirst();
    }

    private static List<String> output(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", "/usr/sbin:/usr/local/sbin", (a, b) -> a + ":" + b);
        builder.redirectInput(Path.of("/dev/null").toFile());
        try {
            Process process = builder.start();
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8))) {
                return lines.lines().limit(20).toList();
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            return List.of();
        }
    }

    static String number(double value, int decimals) {
        return Double.isNaN(value)
                ? "–"
                : String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
