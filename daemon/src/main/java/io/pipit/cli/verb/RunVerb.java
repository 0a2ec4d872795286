package io.pipit.cli.verb;

import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Surroundings;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pipit run}. */
@Command(
        name = "run",
        description = "Run the daemon in the foreground.",
        footer = {
            "",
            "It goes on until it is told to stop (SIGTERM, Ctrl-C). SIGHUP makes it read its"
                    + " configuration again."
        })
public final class RunVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Option(
            names = "--stop-with-input",
            hidden = true,
            description = "Stop when standard input ends: when who started this is gone.")
    private boolean stopWithInput;

    public RunVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() {
        if (stopWithInput) {
            surroundings.threads().newThread(RunVerb::awaitEndOfInput).start();
        }
        return surroundings.launcher().run(file.path());
    }

    // However the parent ended, kill -9 too, the kernel closes its end of the pipe.
    private static void awaitEndOfInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // As good as ended.
        }
        System.exit(0);
    }
}
