package io.pipit.node;

import io.pipit.cli.Pipit;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.drivers.Drivers;
import io.pipit.host.SystemTime;
import io.pipit.host.Threads;
import io.pipit.monitor.Counter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The program {@code pipit}. */
public final class Main {
    private Main() {}

    /** Carries out one command line and ends the process with its exit code. */
    public static void main(String[] arguments) {
        Map<String, String> environment = System.getenv();
        PrintStream err = stream(FileDescriptor.err);
        Drivers drivers = DriverCatalogue.load(environment);
        Daemon daemon = new Daemon(drivers, environment, err);
        Path service = service(arguments);
        System.exit(
                service == null
                        ? Pipit.run(arguments, surroundings(environment, err, drivers, daemon))
                        : serve(daemon, service, err, environment));
    }

    private static int serve(
            Daemon daemon, Path file, PrintStream err, Map<String, String> environment) {
        try {
            return daemon.run(file);
        } catch (RuntimeException e) {
            return Failure.mistake("run", e, err, environment);
        }
    }

    /**
     * The configuration where this is {@code pipit run} as a service has it: that needs nothing of
     * the command line's grammar, whose classes would stay in memory for as long as the node runs.
     */
    private static @Nullable Path service(String[] arguments) {
        if (arguments.length == 0 || !arguments[0].equals("run")) {
            return null;
        }
        if (arguments.length == 1) {
            return ConfigurationFile.DEFAULT;
        }
        boolean names = arguments[1].equals("-c") || arguments[1].equals("--config");
        return arguments.length == 3 && names && !arguments[2].startsWith("-")
                ? Path.of(arguments[2])
                : null;
    }

    private static Surroundings surroundings(
            Map<String, String> environment, PrintStream err, Drivers drivers, Daemon daemon) {
        SystemTime time = new SystemTime();
        return new Surroundings(
                stream(FileDescriptor.out),
                err,
                Surroundings.isTerminal(),
                environment,
                InstantSource.system(),
                time::monotonicNanos,
                new Threads(new Counter()).named("pipit"),
                daemon,
                DriverCatalogue.loader(drivers),
                drivers,
                Surroundings.programOf(Main.class));
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
