package io.pipit.cli;

import io.pipit.cli.context.Surroundings;
import io.pipit.cli.demo.FakeNode;
import io.pipit.config.ConfigurationLoader;
import io.pipit.drivers.Drivers;
import java.time.InstantSource;
import java.util.List;

/** The command line with a fake node as the program that it starts. */
public final class DemoMain {
    private DemoMain() {}

    public static void main(String[] arguments) {
        System.exit(
                Pipit.run(
                        arguments,
                        new Surroundings(
                                System.out,
                                System.err,
                                Surroundings.isTerminal(),
                                System.getenv(),
                                InstantSource.system(),
                                System::nanoTime,
                                Thread.ofPlatform().daemon().factory(),
                                path -> 1,
                                new ConfigurationLoader(List.of()),
                                Drivers.of(),
                                Surroundings.programOf(FakeNode.class))));
    }
}
