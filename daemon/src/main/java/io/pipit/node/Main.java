package io.pipit.node;

import io.pipit.cli.Pipit;
import io.pipit.cli.context.Surroundings;
import io.pipit.drivers.Drivers;
import io.pipit.host.SystemTime;
import io.pipit.host.Threads;
import io.pipit.monitor.Counter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/** The program {@code pipit}. */
public final class Main {
    private Main() {}

    /** Carries out one command line and ends the process with its exit code. */
    public static void main(String[] arguments) {
        Map<String, String> environment = System.getenv();
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        Drivers drivers = Drivers.load(Main.class.getClassLoader());
        SystemTime time = new SystemTime();
        Surroundings surroundings =
                new Surroundings(
                        out,
                        err,
                        Surroundings.isTerminal(),
                        environment,
                        InstantSource.system(),
                        time::monotonicNanos,
                        new Threads(new Counter()).named("pipit"),
                        new Daemon(drivers, environment, err),
                        DriverCatalogue.descriptors(drivers),
                        Surroundings.programOf(Main.class));
        System.exit(Pipit.run(arguments, surroundings));
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
