package io.pipit.archive;

import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.model.NodeId;
import io.pipit.store.SqliteStore;
import io.pipit.store.copy.StoreCopy;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes backups, straight from a node's files and whether it runs or not: no daemon hands out its
 * key. One thread.
 */
public final class Backup {
    static final String STORE = "pipit.db";
    static final String KEY = "identity/key.pem";
    static final String MAIN = "pipit.toml";
    static final String FRAGMENTS = "conf.d";

    /** What a node is, besides its readings, below its data directory. */
    static final List<String> STATE =
            List.of(
                    KEY,
                    "identity/next.pem",
                    "identity/previous.pem",
                    "peers.toml",
                    "statements.toml",
                    "addresses.json");

    private Backup() {}

    /**
     * Whose backup it is.
     *
     * @param dataDir where it keeps its things
     * @param configuration its file, with {@code conf.d} beside it
     * @param name what it is called
     * @param program the version of this program
     */
    public record Subject(Path dataDir, Path configuration, String name, String program) {}

    /**
     * What was made.
     *
     * @param files how many are in it
     * @param bytes that they have together
     */
    public record Made(NodeId node, int files, long bytes) {}

    /**
     * Makes one. The file is there whole or not at all, durable and for its owner alone to read; an
     * older one of that name is replaced. A copy of the store lies beside it meanwhile.
     *
     * @param readings whether the store is in it, or key, peers and configuration alone
     * @throws IOException in words, or of the kind that says it: what is missing, damaged, not
     *     allowed, or out of room
     */
    public static Made make(Path file, Subject subject, boolean readings, Instant now)
            throws IOException, IdentityException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder; name a file in it");
        }
        Path dataDir = subject.dataDir;
        if (!Files.exists(dataDir.resolve(KEY))) {
            throw new NoSuchFileException(dataDir.resolve(KEY).toString());
        }
        NodeId node = Identity.loadOrCreate(dataDir).id();
        Path copy = null;
        try {
            Map<String, Path> sources = sources(subject);
            int version = 0;
            if (readings && Files.exists(dataDir.resolve(STORE))) {
                copy = BackupFile.create(BackupFile.beside(file.toAbsolutePath(), "store"));
                version = StoreCopy.make(dataDir.resolve(STORE), copy, SqliteStore.APPLICATION_ID);
                sources.put("data/" + STORE, copy);
            }
            int store = version;
            Manifest made =
                    BackupFile.write(
                            file,
                            sources,
                            items ->
                                    new Manifest(
                                            node.toString(),
                                            subject.name,
                                            now.truncatedTo(ChronoUnit.SECONDS).toString(),
                                            subject.program,
                                            store,
                                            items));
            if (!Identity.loadOrCreate(dataDir).id().equals(node)) {
                throw changed(null);
            }
            long bytes = made.items().stream().mapToLong(Manifest.Item::bytes).sum();
            return new Made(node, made.items().size(), bytes);
        } catch (NoSuchFileException e) {
            throw changed(e);
        } finally {
            if (copy != null) {
                Files.deleteIfExists(copy);
                Files.deleteIfExists(copy.resolveSibling(copy.getFileName() + "-journal"));
            }
        }
    }

    private static IOException changed(@Nullable Exception cause) {
        return new IOException(
                "the node's files changed meanwhile, the key among them; make the backup again",
                cause);
    }

    private static Map<String, Path> sources(Subject subject) throws IOException {
        Map<String, Path> sources = new LinkedHashMap<>();
        for (String name : STATE) {
            Path source = subject.dataDir.resolve(name);
            if (Files.isRegularFile(source)) {
                sources.put("data/" + name, source);
            }
        }
        if (Files.isRegularFile(subject.configuration)) {
            sources.put("config/" + MAIN, subject.configuration);
            for (Path fragment : fragments(subject.configuration)) {
                sources.put("config/" + FRAGMENTS + "/" + fragment.getFileName(), fragment);
            }
        }
        for (String path : sources.keySet()) {
            if (!Manifest.isPath(path)) {
                throw new IOException(
                        "a backup takes no file called " + path + "; give it another name");
            }
        }
        if (sources.size() >= Manifest.ITEMS_MAX) {
            throw new IOException("more than " + Manifest.ITEMS_MAX + " files of configuration");
        }
        return sources;
    }

    /** Those that are read with a configuration, by name. */
    static List<Path> fragments(Path configuration) throws IOException {
        Path folder = configuration.toAbsolutePath().resolveSibling(FRAGMENTS);
        List<Path> fragments = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.toml")) {
                all.forEach(fragments::add);
            }
        }
        return fragments.stream().sorted().toList();
    }

    /** Whether a node lives there, or something of one. */
    static boolean isInhabited(Path dataDir) {
        return Stream.of(KEY, STORE, "peers.toml")
                .anyMatch(name -> Files.exists(dataDir.resolve(name)));
    }
}
