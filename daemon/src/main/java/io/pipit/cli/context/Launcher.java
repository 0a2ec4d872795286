package io.pipit.cli.context;

import java.nio.file.Path;

/** Runs the daemon; {@code pipit run} hands over to it. */
@FunctionalInterface
public interface Launcher {
    /**
     * Runs until the node is told to stop.
     *
     * @return the process's exit code
     */
    int run(Path configuration);
}
