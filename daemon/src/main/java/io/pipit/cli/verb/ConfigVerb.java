package io.pipit.cli.verb;

import io.pipit.cli.context.Surroundings;
import io.pipit.config.ConfigurationLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pipit config}. */
@Command(
        name = "config",
        description = "Print the default configuration, with an explanation of every key.")
public final class ConfigVerb implements Callable<Integer> {
    private final Surroundings surroundings;

    public ConfigVerb(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        surroundings.out().print(ConfigurationLoader.annotatedDefault());
        surroundings.flush();
        return 0;
    }
}
