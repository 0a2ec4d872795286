package io.pipit.cli.operate;

import io.pipit.archive.Backup;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.config.Configuration;
import io.pipit.identity.IdentityException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pipit backup}. */
@Command(
        name = "backup",
        description = "Save all that a node is into one file, while it runs or not.",
        footer = {
            "",
            "In it are the node's key, whom it trusts, its configuration and its readings, as they are"
                    + " at one moment; not the files of [files], nor drivers of other people's. Whoever"
                    + " has the file can pose as the node: it is made for its owner alone to read. Run"
                    + " it as root or as the user that the daemon runs as: sudo pipit backup FILE"
        })
public final class BackupVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile configuration;

    @Parameters(
            paramLabel = "FILE",
            description = {
                "The backup, a zip file. An older one of that name is replaced when this one is whole;",
                "until then room is needed beside it for a copy of the store."
            })
    private Path file = Path.of("");

    @Option(
            names = "--without-readings",
            description = "Only key, peers and configuration: a few kilobytes.")
    private boolean withoutReadings;

    @Spec private CommandSpec spec = CommandSpec.create();

    public BackupVerb(Surroundings surroundings, ConfigurationFile configuration) {
        this.surroundings = surroundings;
        this.configuration = configuration;
    }

    @Override
    public Integer call() throws Failure {
        Configuration.Node node = configuration.load().node();
        String version = String.join(" ", spec.root().version());
        Backup.Subject subject =
                new Backup.Subject(node.dataDir(), configuration.path(), node.name(), version);
        try {
            Backup.Made made =
                    Backup.make(file, subject, !withoutReadings, surroundings.clock().instant());
            surroundings.line(
                    "%s: %s (%s), %d files of %,d bytes%s"
                            .formatted(
                                    file,
                                    node.name(),
                                    made.node(),
                                    made.files(),
                                    made.bytes(),
                                    withoutReadings ? ", without readings" : ""));
            return 0;
        } catch (IOException e) {
            throw failure(e);
        } catch (IdentityException e) {
            throw failure(e);
        }
    }

    static Failure failure(IOException e) {
        return switch (e) {
            case AccessDeniedException denied ->
                    new Failure(
                            Failure.NOT_ALLOWED,
                            "not allowed: "
                                    + denied.getFile()
                                    + "; run this as root, or as the user that pipit runs as");
            case NoSuchFileException missing ->
                    new Failure(
                            Failure.FAILED,
                            missing.getFile() + " isn't there; is it the right place?");
            case FileSystemException other ->
                    new Failure(
                            Failure.FAILED,
                            other.getFile()
                                    + ": "
                                    + (other.getReason() == null
                                            ? other.getClass().getSimpleName()
                                            : other.getReason()));
            default -> new Failure(Failure.FAILED, String.valueOf(e.getMessage()));
        };
    }

    static Failure failure(IdentityException e) {
        return e.getCause() instanceof AccessDeniedException denied
                ? failure(denied)
                : new Failure(Failure.FAILED, String.valueOf(e.getMessage()));
    }
}
