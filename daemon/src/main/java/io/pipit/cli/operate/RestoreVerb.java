package io.pipit.cli.operate;

import io.pipit.archive.Restore;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.identity.IdentityException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pipit restore}. */
@Command(
        name = "restore",
        description = "Put a backup back, where no node runs.",
        footer = {
            "",
            "The whole backup is read and compared with its hashes before anything is touched. The node"
                    + " goes on in a new log: places in the old one were handed out since, and what is"
                    + " in the backup of it stays readable. What it missed its peers send again.",
            "The node that was saved must not run any more, on no card and no board: two nodes with one"
                    + " key take each other's sessions away. Whoever was revoked since the backup is"
                    + " trusted again until a peer tells of it: look at 'pipit peer list'."
        })
public final class RestoreVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile configuration;

    @Parameters(paramLabel = "FILE", description = "What 'pipit backup' made.")
    private Path file = Path.of("");

    @Option(
            names = "--force",
            description = {
                "Also where there is a node or another configuration already. What is there is set",
                "aside and named, not deleted."
            })
    private boolean force;

    @Option(
            names = "--without-configuration",
            description = "Leave the configuration as it is, and restore to where that says.")
    private boolean withoutConfiguration;

    public RestoreVerb(Surroundings surroundings, ConfigurationFile configuration) {
        this.surroundings = surroundings;
        this.configuration = configuration;
    }

    @Override
    public Integer call() throws Failure {
        Path target = configuration.path();
        Instant now = surroundings.clock().instant();
        try (Restore restore = Restore.open(file)) {
            Path laidOut = withoutConfiguration ? null : restore.layOutConfiguration(target);
            Path dataDir =
                    laidOut == null
                            ? configuration.load().node().dataDir()
                            : dataDir(laidOut, target);
            List<String> inTheWay = restore.inTheWay(dataDir, laidOut, target);
            if (!inTheWay.isEmpty() && !force) {
                throw new Failure(
                        Failure.FAILED,
                        "there is "
                                + String.join(" and ", inTheWay)
                                + " already; with --force what is there is set aside, not deleted");
            }
            say(restore.putData(dataDir, now));
            if (laidOut != null) {
                say(restore.putConfiguration(laidOut, target, dataDir, now));
            }
            surroundings.line(
                    "restored %s (%s) as of %s to %s%s"
                            .formatted(
                                    restore.name(),
                                    restore.node(),
                                    restore.made(),
                                    dataDir,
                                    restore.hasReadings() ? "" : ", without readings"));
            surroundings.line(
                    "It must not run anywhere else any more. Start it: sudo systemctl start pipit");
            return 0;
        } catch (IOException e) {
            throw BackupVerb.failure(e);
        } catch (IdentityException e) {
            throw BackupVerb.failure(e);
        }
    }

    private void say(@Nullable Path aside) {
        if (aside != null) {
            surroundings.line("what was there is now " + aside);
        }
    }

    /** As the configuration will say it when it is in place. */
    private Path dataDir(Path laidOut, Path target) throws Failure {
        Path dataDir = configuration.load(laidOut).node().dataDir();
        Path folder = laidOut.toAbsolutePath().normalize().getParent();
        Path parent = target.toAbsolutePath().normalize().getParent();
        return folder != null && parent != null && dataDir.startsWith(folder)
                ? parent.resolve(folder.relativize(dataDir))
                : dataDir;
    }
}
