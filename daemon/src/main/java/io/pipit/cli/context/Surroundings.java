package io.pipit.cli.context;

import io.pipit.config.ConfigurationLoader;
import io.pipit.drivers.Drivers;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * What a verb finds around it. Handed in by the program's main method; a test hands in its own.
 *
 * @param out what was asked for, UTF-8
 * @param err what went wrong
 * @param terminal whether {@code out} is a terminal
 * @param environment the process's variables
 * @param clock the wall clock
 * @param nanoTime a clock that doesn't jump
 * @param threads makes threads that don't keep the process alive
 * @param launcher runs the daemon
 * @param loader reads configurations
 * @param catalogue the drivers that it knows, for those who ask what there is
 * @param program the command that starts this program once more; verbs are added to it
 */
public record Surroundings(
        PrintStream out,
        PrintStream err,
        boolean terminal,
        Map<String, String> environment,
        InstantSource clock,
        LongSupplier nanoTime,
        ThreadFactory threads,
        Launcher launcher,
        ConfigurationLoader loader,
        Drivers catalogue,
        List<String> program) {
    /** Names the file of options that Java runs with, where there is one. */
    private static final String JVM_OPTIONS = "pipit.jvm.options";

    /** Names the script that starts this program as it is installed, where it does. */
    private static final String SCRIPT = "pipit.program";

    private static final int ROWS_DEFAULT = 24;
    private static final int COLUMNS_DEFAULT = 80;
    private static final int COLUMNS_MIN = 40;
    private static final int COLUMNS_MAX = 400;
    private static final int STTY_SECONDS_MAX = 2;

    public Surroundings {
        environment = Map.copyOf(environment);
        program = List.copyOf(program);
    }

    /**
     * The command that starts this main class in another Java like this one, or the script that
     * this one was started by.
     */
    public static List<String> programOf(Class<?> main) {
        String script = System.getProperty(SCRIPT);
        if (script != null) {
            return List.of(script);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String options = System.getProperty(JVM_OPTIONS);
        if (options != null) {
            command.add("@" + Path.of(options).toAbsolutePath());
        }
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(absolute(System.getProperty("java.class.path")));
        command.add(main.getName());
        return List.copyOf(command);
    }

    // The new process works in another folder.
    private static String absolute(String classPath) {
        return Arrays.stream(classPath.split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Whether this process's standard output is a terminal. */
    public static boolean isTerminal() {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** The wall clock, microseconds since 1970. */
    public long micros() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    /** Prints a line. */
    public void line(String text) {
        out.print(text + "\n");
        flush();
    }

    /** Prints a value as one line of JSON. */
    public void json(Object value) {
        line(new String(Document.write(value, Format.JSON), StandardCharsets.UTF_8));
    }

    /**
     * Sees to it that what was printed is out.
     *
     * @throws OutputClosed where nobody reads it any more
     */
    public void flush() {
        if (out.checkError()) {
            throw new OutputClosed();
        }
    }

    /** Whether colours are wanted (no-color.org). */
    public boolean colours() {
        return terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    /** How large a terminal is, in characters. */
    public record Size(int rows, int columns) {}

    /** How large the terminal is; asking takes a process. */
    public Size size() {
        int rows = ROWS_DEFAULT;
        int columns = COLUMNS_DEFAULT;
        try {
            String lines = environment.get("LINES");
            String wide = environment.get("COLUMNS");
            if (terminal && (lines == null || wide == null)) {
                String[] answer = stty().strip().split(" ", -1);
                rows = Integer.parseInt(answer[0]);
                columns = Integer.parseInt(answer[1]);
            }
            rows = lines == null ? rows : Integer.parseInt(lines);
            columns = wide == null ? columns : Integer.parseInt(wide);
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            // No stty, or no terminal after all: the defaults do.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new Size(
                rows > 0 ? rows : ROWS_DEFAULT, Math.clamp(columns, COLUMNS_MIN, COLUMNS_MAX));
    }

    private static String stty() throws IOException, InterruptedException {
        Process stty =
                new ProcessBuilder("stty", "size")
                        .redirectInput(Path.of("/dev/tty").toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!stty.waitFor(STTY_SECONDS_MAX, TimeUnit.SECONDS)) {
            stty.destroyForcibly();
        }
        return new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
}
