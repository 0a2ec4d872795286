package io.pipit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.cli.context.Launcher;
import io.pipit.cli.context.Surroundings;
import io.pipit.config.ConfigurationLoader;
import io.pipit.config.DriverDescriptor;
import io.pipit.drivers.Drivers;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A verb's surroundings that keep what was printed. */
final class Stage {
    static final Instant NOW = Instant.parse("2026-11-01T12:00:10Z");

    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final List<Path> launched = new ArrayList<>();
    List<String> program = List.of("false");

    int run(String... arguments) {
        out.reset();
        err.reset();
        return Pipit.run(arguments, surroundings(new PrintStream(out, true, UTF_8)));
    }

    Surroundings surroundings(PrintStream output) {
        Launcher launcher =
                path -> {
                    launched.add(path);
                    return 42;
                };
        return new Surroundings(
                output,
                new PrintStream(err, true, UTF_8),
                false,
                Map.of("COLUMNS", "60"),
                InstantSource.fixed(NOW),
                System::nanoTime,
                Thread.ofPlatform().daemon().factory(),
                launcher,
                new ConfigurationLoader(
                        List.of(
                                new DriverDescriptor(
                                        "host",
                                        false,
                                        false,
                                        List.of(
                                                DriverDescriptor.Option.text(
                                                        "disk",
                                                        "The folder whose disk is meant."))),
                                new DriverDescriptor("bme280", true, true, List.of()))),
                Drivers.load(Stage.class.getClassLoader()),
                program);
    }

    String printed() {
        return out.toString(UTF_8);
    }

    String complaint() {
        return err.toString(UTF_8);
    }
}
