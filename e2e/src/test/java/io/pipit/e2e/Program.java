package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs to their end and keeps what they said: Pipit's own verbs, and other people's. */
public final class Program {
    /** The checkout whose program is tried. */
    public static final Path HOME =
            Path.of(System.getProperty("pipit.home", Path.of("..").toAbsolutePath().toString()))
                    .normalize();

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** How a program ended, and what it said. */
    public record Outcome(List<String> command, int exit, byte[] out, String err) {
        public String text() {
            return new String(out, StandardCharsets.UTF_8);
        }

        public List<String> lines() {
            return text().lines().toList();
        }

        public Outcome hasExit(int expected) {
            assertThat(exit).as("%s said %s %s", command, text(), err).isEqualTo(expected);
            return this;
        }
    }

    private Program() {}

    /** One of Pipit's verbs. */
    static Outcome pipit(String... arguments) {
        return run(command(arguments), PATIENCE);
    }

    /** The command line of one of Pipit's verbs. */
    public static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(HOME.resolve("pipit").toString()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /**
     * Somebody else's program; where it isn't installed the test is skipped, or fails where the
     * build said that peers are required.
     */
    static Outcome peer(String program, String... arguments) {
        needs(program);
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(Arrays.asList(arguments));
        return run(command, PATIENCE);
    }

    /** Skips or fails where {@code program} isn't on the PATH. */
    static void needs(String program) {
        boolean there =
                Arrays.stream(System.getenv("PATH").split(":", -1))
                        .map(folder -> Path.of(folder, program))
                        .anyMatch(Files::isExecutable);
        if (!there) {
            skip(program + " isn't installed");
        }
    }

    /** Skips the test for this reason, or fails it where the build said that peers are required. */
    public static void skip(String reason) {
        if (System.getProperty("pipit.peers", "optional").equals("required")) {
            fail("This is required here: " + reason);
        }
        abort(reason);
    }

    public static Outcome run(List<String> command, Duration patience) {
        try {
            Path out = Files.createTempFile("pipit-e2e", ".out");
            Path err = Files.createTempFile("pipit-e2e", ".err");
            try {
                Process process =
                        new ProcessBuilder(command)
                                .redirectInput(
                                        ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                                .redirectOutput(out.toFile())
                                .redirectError(err.toFile())
                                .start();
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly().waitFor();
                    fail(
                            "%s didn't end within %s; it said %s%s"
                                    .formatted(
                                            command,
                                            patience,
                                            Files.readString(out),
                                            Files.readString(err)));
                }
                return new Outcome(
                        command,
                        process.exitValue(),
                        Files.readAllBytes(out),
                        Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
