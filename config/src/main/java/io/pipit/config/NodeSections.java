package io.pipit.config;

import io.pipit.config.Configuration.Files;
import io.pipit.config.Configuration.Hardware;
import io.pipit.config.Configuration.Level;
import io.pipit.config.Configuration.Log;
import io.pipit.config.Configuration.Node;
import io.pipit.config.Configuration.Store;
import io.pipit.config.ConfigurationLoader.Providers;
import io.pipit.config.toml.Document;
import io.pipit.config.toml.Entry;
import io.pipit.config.toml.Kind;
import io.pipit.config.toml.Section;
import io.pipit.config.toml.Setting;
import io.pipit.config.toml.Value;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** What a node is, keeps and has: {@code [node]}, {@code [store]}, {@code [log]} and the like. */
final class NodeSections {
    /** {@code sun_path} less its closing zero. */
    private static final int SOCKET_PATH_BYTES_MAX = 107;

    /** What a quota of files may be. */
    private static final long FILES_BYTES_MAX = 1L << 50;

    private static final String SOCKET = "pipit.sock";

    private static final Setting<String> NODE_NAME =
            Setting.optional(
                    "name",
                    Kind.name("greenhouse"),
                    "What this node is called among its peers. The machine's host name where left out.");
    private static final Setting<Path> DATA_DIR =
            Setting.withDefault(
                    "data-dir",
                    Kind.folder(),
                    "/var/lib/pipit",
                    "What must outlive a restart: the readings, the node's key, the peers it trusts.");
    private static final Setting<Path> RUN_DIR =
            Setting.withDefault(
                    "run-dir",
                    Kind.folder().then(NodeSections::fitsSocket),
                    "/run/pipit",
                    "The socket that the pipit commands talk to.");
    static final Section NODE =
            Section.single(
                    "node",
                    "Who this node is and where it keeps its things.",
                    NODE_NAME,
                    DATA_DIR,
                    RUN_DIR);

    private static final Setting<Duration> KEEP =
            Setting.withDefault(
                    "keep",
                    Kind.duration(Duration.ofMinutes(1), Duration.ofDays(36_500)),
                    "90d",
                    "How long readings are kept.");
    private static final Setting<Long> MAX_SIZE =
            Setting.withDefault(
                    "max-size",
                    Kind.size(1L << 20, 16L << 40),
                    "1GiB",
                    "The most they may take on the disk; beyond it the oldest go first.");
    private static final Setting<Duration> COMMIT_EVERY =
            Setting.withDefault(
                    "commit-every",
                    Kind.duration(Duration.ofMillis(10), Duration.ofMinutes(1)),
                    "1s",
                    "What a power cut may cost of this node's own newest readings. Longer is kinder to an"
                            + " SD card.");
    private static final Setting<Long> WRITE_BUDGET =
            Setting.optional(
                    "write-budget",
                    Kind.size(1L << 20, 1L << 50),
                    "How much may be written to the card for them in 24 hours; more is said in /health.");
    static final Section STORE =
            Section.single(
                    "store",
                    "How long this node remembers.",
                    KEEP,
                    MAX_SIZE,
                    COMMIT_EVERY,
                    WRITE_BUDGET);

    private static final Setting<Level> LEVEL =
            Setting.withDefault(
                    "level",
                    Kind.choice(Level.class),
                    "info",
                    "How much goes to the journal: \"error\", \"warning\", \"info\" or \"debug\".");
    static final Section LOG = Section.single("log", "What goes to the journal.", LEVEL);

    private static final Setting<Path> SHARE =
            Setting.optional(
                    "share",
                    Kind.folder(),
                    "The folder whose files peers with the role bulk may read.");
    private static final Setting<Path> INBOX =
            Setting.optional(
                    "inbox",
                    Kind.folder(),
                    "The folder into which peers with the role bulk may put files, each into its own.");
    private static final Setting<Long> QUOTA =
            Setting.withDefault(
                    "quota",
                    Kind.size(1, FILES_BYTES_MAX),
                    "16GiB",
                    "The most that one peer's folder in the inbox may hold.");
    private static final Setting<Long> INBOX_MAX_SIZE =
            Setting.withDefault(
                    "inbox-max-size",
                    Kind.size(1, FILES_BYTES_MAX),
                    "64GiB",
                    "The most that all of them may hold together.");
    private static final Setting<Long> SPOOL_MAX_SIZE =
            Setting.withDefault(
                    "spool-max-size",
                    Kind.size(1, FILES_BYTES_MAX),
                    "16GiB",
                    "The most that files may take that wait to be sent.");
    private static final Setting<Long> KEEP_FREE =
            Setting.withDefault(
                    "keep-free",
                    Kind.size(0, FILES_BYTES_MAX),
                    "256MiB",
                    "How much of the disk files never take.");
    private static final Setting<Long> RATE =
            Setting.optional(
                    "rate",
                    Kind.size(1_000, 1L << 40),
                    "How many bytes a second are sent at the most, to all peers together.");
    static final Section FILES =
            Section.single(
                    "files",
                    "Which files peers may have, and put here.",
                    SHARE,
                    INBOX,
                    QUOTA,
                    INBOX_MAX_SIZE,
                    SPOOL_MAX_SIZE,
                    KEEP_FREE,
                    RATE);

    private static final Setting<Configuration.Provider> PROVIDER =
            Setting.withDefault(
                    "provider",
                    Kind.choice(Configuration.Provider.class),
                    "linux",
                    "Who reaches I2C, SPI and GPIO lines: \"linux\" for Pipit itself, \"pi4j-ffm\" for"
                            + " Pi4J's plugin, whose jar lies in the folder for drivers.");
    static final Section HARDWARE =
            Section.single("hardware", "How buses and lines are reached.", PROVIDER);

    private NodeSections() {}

    /** What the node is called: the machine's name where none is set, or a wrong one. */
    static String name(Entry in, Environment environment) {
        return in.find(NODE_NAME).orElseGet(environment::nodeName);
    }

    static Optional<Node> node(Entry in, Environment environment) {
        return in.made(() -> new Node(name(in, environment), in.get(DATA_DIR), in.get(RUN_DIR)));
    }

    static Optional<Store> store(Document document) {
        Entry in = document.single(STORE);
        return in.made(() ->
                new Store(
                        in.get(KEEP),
                        in.get(MAX_SIZE),
                        in.get(COMMIT_EVERY),
                        bytes(in, WRITE_BUDGET)));
    }

    static Optional<Log> log(Document document) {
        Entry in = document.single(LOG);
        return in.made(() -> new Log(in.get(LEVEL)));
    }

    static Optional<Files> files(Document document) {
        Entry in = document.single(FILES);
        return in.made(() ->
                new Files(
                        in.find(SHARE),
                        in.find(INBOX),
                        in.get(QUOTA),
                        in.get(INBOX_MAX_SIZE),
                        in.get(SPOOL_MAX_SIZE),
                        in.get(KEEP_FREE),
                        bytes(in, RATE)));
    }

    static Optional<Hardware> hardware(Document document, Providers providers) {
        Entry in = document.single(HARDWARE);
        in.find(PROVIDER)
                .flatMap(providers::problemWith)
                .ifPresent(wrong -> in.refuse(PROVIDER, "provider: " + wrong));
        return in.made(() -> new Hardware(in.get(PROVIDER)));
    }

    private static OptionalLong bytes(Entry in, Setting<Long> key) {
        return in.find(key).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    private static Optional<Path> fitsSocket(Value value, Path folder) {
        int bytes = folder.resolve(SOCKET).toString().getBytes(StandardCharsets.UTF_8).length;
        return bytes <= SOCKET_PATH_BYTES_MAX
                ? Optional.of(folder)
                : value.refuse(
                        "is too long for a Unix socket in it: its path has "
                                + bytes
                                + " bytes and may have "
                                + SOCKET_PATH_BYTES_MAX
                                + "; take a shorter folder");
    }
}
