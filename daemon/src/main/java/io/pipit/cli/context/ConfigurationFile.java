package io.pipit.cli.context;

import io.pipit.config.Configuration;
import io.pipit.config.Environment;
import io.pipit.config.LoadedConfiguration;
import io.pipit.config.text.Names;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The configuration that the command line speaks of. One thread. */
public final class ConfigurationFile {
    /** Where it is when nobody says otherwise. */
    public static final Path DEFAULT = Path.of("/etc/pipit/pipit.toml");

    /** Where the packaged daemon's socket is. */
    private static final Path RUN_DIR_DEFAULT = Path.of("/run/pipit");

    private final Surroundings surroundings;
    private @Nullable Path chosen;

    public ConfigurationFile(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Takes this one; null for the default. */
    public void choose(@Nullable Path path) {
        chosen = path;
    }

    /** Which file. */
    public Path path() {
        return chosen == null ? DEFAULT : chosen;
    }

    /** Reads it, with all that is wrong. */
    public LoadedConfiguration read() {
        return read(path());
    }

    private LoadedConfiguration read(Path path) {
        return surroundings.loader().load(path, environment());
    }

    private Environment environment() {
        return new Environment(surroundings.environment(), Environment.ofProcess().hostName());
    }

    /** Reads it. */
    public Configuration load() throws Failure {
        return load(path());
    }

    /** Reads another one as if it were this one. */
    public Configuration load(Path other) throws Failure {
        return switch (read(other)) {
            case LoadedConfiguration.Accepted(Configuration configuration) -> configuration;
            case LoadedConfiguration.Refused(var problems, int omitted) -> {
                int more = problems.size() - 1 + omitted;
                throw new Failure(
                        Failure.CONFIGURATION,
                        problems.getFirst()
                                + (more == 0 ? "" : " (and " + more + " more: see 'pipit check')"));
            }
        };
    }

    /** What the node is called, and where its socket is. */
    public record Place(String nodeName, Path runDir) {}

    /**
     * Where the daemon is. Without a configuration of one's own it is the packaged one, whose file
     * not everybody may read.
     */
    public Place place() throws Failure {
        if (chosen == null && !Files.isReadable(DEFAULT)) {
            return new Place(Names.from(environment().hostName()), RUN_DIR_DEFAULT);
        }
        Configuration.Node node = load().node();
        return new Place(node.name(), node.runDir());
    }
}
