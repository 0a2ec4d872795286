package io.pipit.cli.verb;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.wire.Document;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A verb that prints one document of the daemon's: for people, or for programs as it is. */
public abstract class DocumentVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile file;
    private final String path;

    @Mixin private JsonOption json = new JsonOption();

    /**
     * One that prints the document at this path.
     *
     * @param file names the daemon
     */
    protected DocumentVerb(Surroundings surroundings, ConfigurationFile file, String path) {
        this.surroundings = surroundings;
        this.file = file;
        this.path = path;
    }

    @Override
    public final Integer call() throws Failure {
        try (Daemon daemon = Daemon.connect(file)) {
            if (json.isSet()) {
                surroundings.line(daemon.json(path));
            } else {
                print(daemon.document(path), daemon.ownName());
            }
        }
        return 0;
    }

    /**
     * Prints it for people.
     *
     * @param ownName what the node is called
     */
    protected abstract void print(Document document, String ownName);

    /** What is around the verb. */
    protected Surroundings surroundings() {
        return surroundings;
    }

    /** The configuration of the daemon that is asked. */
    protected ConfigurationFile file() {
        return file;
    }
}
