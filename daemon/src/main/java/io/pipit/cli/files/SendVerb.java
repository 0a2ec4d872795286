package io.pipit.cli.files;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.client.Outbox;
import io.pipit.cli.client.Outbox.Queued;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Progress;
import io.pipit.cli.verb.JsonOption;
import io.pipit.wire.Document;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pipit send}. */
@Command(
        name = "send",
        description = "Send files, or folders with all that is in them, into a peer's inbox.",
        footer = {
            "",
            "The files are copied into the daemon's queue first: from then on they are delivered, also"
                    + " if this command or the machine is stopped, or the peer is away. A file of the"
                    + " same name in this node's folder there is replaced."
        })
public final class SendVerb implements Callable<Integer> {
    /** How often the daemon is asked how far it is. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    /** How long a daemon that went down may take to come back. */
    private static final Duration RESTART_MAX = Duration.ofSeconds(60);

    /** So long it may take the daemon to write what it was given to its disk. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Files in one call. */
    private static final int FILES_MAX = 10_000;

    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Parameters(
            arity = "2..*",
            paramLabel = "FILE... PEER",
            description = "Files or folders, and the name or the ID of the peer at the end.")
    private List<String> arguments = new ArrayList<>();

    @Option(
            names = "--no-wait",
            description =
                    "Return when the files are in the queue, and not when they are delivered.")
    private boolean noWait;

    @Mixin private JsonOption json = new JsonOption();

    /** One to send, and under which name. */
    private record Source(Path path, String name) {}

    public SendVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        String peer = arguments.getLast();
        List<Source> sources = new ArrayList<>();
        for (String argument : arguments.subList(0, arguments.size() - 1)) {
            collect(Path.of(argument), sources);
        }
        if (sources.isEmpty()) {
            throw new Failure(Failure.FAILED, "there are no files in it");
        }
        Progress progress =
                new Progress(
                        surroundings.out(),
                        surroundings.terminal() && !json.isSet(),
                        surroundings.terminal() ? surroundings.size().columns() : 0,
                        surroundings.nanoTime());
        try {
            Deque<Queued> queued = queue(sources, peer, progress);
            if (noWait) {
                progress.end();
                for (Queued each : queued) {
                    say(each, peer, "queued");
                }
                return 0;
            }
            await(queued, peer, progress);
        } finally {
            progress.end();
        }
        return 0;
    }

    private static void collect(Path path, List<Source> into) throws Failure {
        Path real = path.toAbsolutePath().normalize();
        Path parent = real.getParent();
        if (!Files.exists(real)) {
            throw new Failure(Failure.FAILED, path + " isn't there");
        }
        if (Files.isRegularFile(real)) {
            into.add(new Source(real, String.valueOf(real.getFileName())));
            return;
        }
        if (parent == null || !Files.isDirectory(real)) {
            throw new Failure(Failure.FAILED, path + " is neither a file nor a folder");
        }
        try {
            Files.walkFileTree(
                    real,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path folder, BasicFileAttributes attributes) {
                            return hidden(folder)
                                    ? FileVisitResult.SKIP_SUBTREE
                                    : FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(
                                Path each, BasicFileAttributes attributes) {
                            if (attributes.isRegularFile() && !hidden(each)) {
                                into.add(new Source(each, parent.relativize(each).toString()));
                            }
                            return into.size() > FILES_MAX
                                    ? FileVisitResult.TERMINATE
                                    : FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, path + " can't be read: " + e);
        }
        if (into.size() > FILES_MAX) {
            throw new Failure(
                    Failure.FAILED,
                    "there are more than " + FILES_MAX + " files in " + path + ": pack them first");
        }
    }

    private static boolean hidden(Path path) {
        Path name = path.getFileName();
        return name != null && name.toString().startsWith(".");
    }

    private Deque<Queued> queue(List<Source> sources, String peer, Progress progress)
            throws Failure {
        Deque<Queued> queued = new ArrayDeque<>();
        try (Daemon daemon = Daemon.connect(file, PATIENCE)) {
            Outbox outbox = daemon.outbox();
            for (Source source : sources) {
                progress.begin("queue " + source.name(), size(source.path()), 0);
                queued.add(outbox.put(source.path(), peer, source.name(), progress::at));
            }
        }
        return queued;
    }

    private static long size(Path path) throws Failure {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, path + " can't be read: " + e);
        }
    }

    /** Waits for one after the other, also over a restart of the daemon. */
    private void await(Deque<Queued> queued, String peer, Progress progress) throws Failure {
        Daemon daemon = null;
        try {
            long downSince = -1;
            @Nullable Queued begun = null;
            while (!queued.isEmpty()) {
                Queued next = queued.getFirst();
                try {
                    if (daemon == null) {
                        daemon = Daemon.connect(file);
                    }
                    Document state = find(daemon, next);
                    downSince = -1;
                    if (!next.equals(begun)) {
                        begun = next;
                        progress.begin(next.name(), next.bytes(), bytes(state, next));
                    }
                    if (isDone(state, next, peer, progress)) {
                        queued.removeFirst();
                        continue;
                    }
                } catch (Failure e) {
                    long now = surroundings.nanoTime().getAsLong();
                    downSince = downSince < 0 ? now : downSince;
                    if (e.exitCode() != Failure.UNREACHABLE
                            || now - downSince > RESTART_MAX.toNanos()) {
                        throw e;
                    }
                    if (daemon != null) {
                        daemon.close();
                        daemon = null;
                    }
                }
                LockSupport.parkNanos(LOOK_EVERY.toNanos());
            }
        } finally {
            if (daemon != null) {
                daemon.close();
            }
        }
    }

    /** What the daemon says of it; absent where it is out of the queue and long forgotten. */
    private static Document find(Daemon daemon, Queued queued) throws Failure {
        for (Document each : daemon.document("transfers").get("transfers").items()) {
            // A number may be used again after a restart, with another file.
            if (each.get("number").whole(0) == queued.number()
                    && each.get("sha256").text("").equals(queued.sha256())) {
                return each;
            }
        }
        return Document.ABSENT;
    }

    private static long bytes(Document state, Queued queued) {
        return state.isPresent() ? state.get("bytes").whole(0) : queued.bytes();
    }

    private boolean isDone(Document state, Queued queued, String peer, Progress progress)
            throws Failure {
        // It leaves the queue only when it was delivered or cancelled.
        String is = state.get("state").text("delivered");
        String reason = state.get("reason").text("");
        return switch (is) {
            case "delivered" -> {
                progress.end();
                say(queued, peer, "delivered");
                yield true;
            }
            case "cancelled" -> throw new Failure(Failure.FAILED, queued.name() + " was cancelled");
            case "refused" ->
                    throw new Failure(
                            Failure.FAILED,
                            peer
                                    + " refuses "
                                    + queued.name()
                                    + ": "
                                    + reason
                                    + "; it is tried again later, 'pipit transfers cancel "
                                    + queued.number()
                                    + "' gives it up");
            default -> {
                progress.at(bytes(state, queued), is.equals("waiting") ? "waits: " + reason : "");
                yield false;
            }
        };
    }

    private void say(Queued queued, String peer, String state) {
        if (json.isSet()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("number", queued.number());
            fields.put("peer", peer);
            fields.put("name", queued.name());
            fields.put("state", state);
            fields.put("bytes", queued.bytes());
            fields.put("sha256", queued.sha256());
            surroundings.json(fields);
        } else {
            surroundings.line(
                    queued.name()
                            + ": "
                            + Printable.measured((double) queued.bytes(), "B")
                            + " "
                            + (state.equals("queued")
                                    ? "queued for " + peer + " as number " + queued.number()
                                    : "delivered to " + peer));
        }
    }
}
