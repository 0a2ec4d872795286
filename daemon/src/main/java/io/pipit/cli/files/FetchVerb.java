package io.pipit.cli.files;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.client.Inflow;
import io.pipit.cli.client.Inflow.Later;
import io.pipit.cli.client.Inflow.Shared;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Progress;
import io.pipit.cli.show.Table;
import io.pipit.cli.verb.JsonOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

/** {@code pipit fetch}. */
@Command(
        name = "fetch",
        description =
                "Fetch a file that a peer shares, or a folder with all that is in it; without a name,"
                        + " list what it shares.",
        footer = {
            "",
            "What came is in FILE.part until it is whole and checked: the same command goes on where"
                    + " it stopped. FILE is replaced where it exists."
        })
public final class FetchVerb implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long AGAIN_FIRST_NANOS = 250_000_000L;
    private static final long AGAIN_MAX_NANOS = 5_000_000_000L;

    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Parameters(
            index = "0",
            paramLabel = "PEER:NAME",
            description = "The peer's name or ID, and the file's name there; 'PEER:' lists them.")
    private String source = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Where it goes; by default its own name, here.")
    private @Nullable Path target;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description =
                    "Give up when nothing came for so long; what came is kept. Default:"
                            + " ${DEFAULT-VALUE}.")
    private long patienceSeconds;

    @Mixin private JsonOption json = new JsonOption();

    public FetchVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    /** What is asked of the daemon, which may be away just now, as the peer may. */
    @FunctionalInterface
    private interface Asking<T> {
        T of(Inflow inflow) throws Failure, Later;
    }

    @Override
    public Integer call() throws Failure {
        int colon = source.indexOf(':');
        if (colon <= 0) {
            throw new Failure(
                    Failure.USAGE,
                    "'"
                            + source
                            + "' names no file of a peer: write PEER:NAME, or PEER: for a list");
        }
        String peer = source.substring(0, colon);
        String name = source.substring(colon + 1).replaceAll("/+$", "");
        Progress progress =
                new Progress(
                        surroundings.out(),
                        surroundings.terminal() && !json.isSet(),
                        surroundings.terminal() ? surroundings.size().columns() : 0,
                        surroundings.nanoTime());
        try {
            List<Shared> all = persist(inflow -> inflow.list(peer), progress, new long[1]);
            if (name.isEmpty()) {
                list(all);
                return 0;
            }
            fetch(peer, name, all, progress);
        } finally {
            progress.end();
        }
        return 0;
    }

    private void list(List<Shared> all) {
        if (json.isSet()) {
            List<Map<String, Object>> files = new ArrayList<>();
            for (Shared each : all) {
                files.add(fields(each));
            }
            surroundings.json(Map.of("files", files));
            return;
        }
        if (all.isEmpty()) {
            surroundings.line("it shares nothing that this node may read");
            return;
        }
        Table table = new Table("file", "size");
        all.forEach(each -> table.row(each.name(), Printable.measured((double) each.bytes(), "B")));
        table.print(surroundings);
    }

    private static Map<String, Object> fields(Shared shared) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", shared.name());
        fields.put("bytes", shared.bytes());
        return fields;
    }

    private void fetch(String peer, String name, List<Shared> all, Progress progress)
            throws Failure {
        List<Shared> wanted =
                all.stream()
                        .filter(each ->
                                each.name().equals(name) || each.name().startsWith(name + "/"))
                        .toList();
        if (wanted.isEmpty()) {
            throw new Failure(
                    Failure.FAILED,
                    peer
                            + " shares no '"
                            + name
                            + "'; 'pipit fetch "
                            + peer
                            + ":' lists what it does");
        }
        String last = name.substring(name.lastIndexOf('/') + 1);
        Path into = target == null ? Path.of(last) : target;
        if (Files.isDirectory(into) && wanted.getFirst().name().equals(name)) {
            into = into.resolve(last);
        }
        for (Shared each : wanted) {
            Path to = into;
            if (!each.name().equals(name)) {
                to = inside(into, each.name().substring(name.length() + 1));
            }
            one(peer, each, to, progress);
        }
    }

    /** A name of the peer's, below a folder of this user's and nowhere else. */
    private static Path inside(Path folder, String name) throws Failure {
        Path to = folder.resolve(name).normalize();
        if (!to.startsWith(folder.normalize())) {
            throw new Failure(Failure.FAILED, "the peer's file '" + name + "' leads elsewhere");
        }
        Path parent = to.getParent();
        try {
            if (parent != null) {
                Files.createDirectories(parent);
            }
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, parent + " can't be made: " + e);
        }
        return to;
    }

    private void one(String peer, Shared shared, Path to, Progress progress) throws Failure {
        progress.begin(shared.name(), shared.bytes(), 0);
        long[] at = new long[1];
        Shared[] version = {shared};
        persist(
                inflow -> {
                    try {
                        inflow.fetch(
                                peer,
                                version[0],
                                to,
                                bytes -> {
                                    at[0] = bytes;
                                    progress.at(bytes);
                                });
                        return true;
                    } catch (Later e) {
                        // It may have changed: then its size has, too.
                        for (Shared each : inflow.list(peer)) {
                            if (each.name().equals(shared.name())) {
                                version[0] = each;
                            }
                        }
                        throw e;
                    }
                },
                progress,
                at);
        progress.end();
        if (json.isSet()) {
            Map<String, Object> fields = fields(version[0]);
            fields.put("file", to.toString());
            surroundings.json(fields);
        } else {
            surroundings.line(
                    to
                            + ": "
                            + Printable.measured((double) version[0].bytes(), "B")
                            + " from "
                            + peer);
        }
    }

    /** Asks until it is answered, or nothing moves for too long. */
    private <T> T persist(Asking<T> asking, Progress progress, long[] at) throws Failure {
        long moved = surroundings.nanoTime().getAsLong();
        long before = -1;
        long pause = AGAIN_FIRST_NANOS;
        while (true) {
            Failure why;
            try (Daemon daemon = Daemon.connect(file, PATIENCE)) {
                return asking.of(daemon.inflow());
            } catch (Later e) {
                why = new Failure(Failure.FAILED, String.valueOf(e.getMessage()));
            } catch (Failure e) {
                boolean first = before < 0 && at[0] == 0;
                if (e.exitCode() != Failure.UNREACHABLE || first) {
                    throw e;
                }
                why = e;
            }
            long now = surroundings.nanoTime().getAsLong();
            if (at[0] != before) {
                before = at[0];
                moved = now;
                pause = AGAIN_FIRST_NANOS;
            }
            boolean ended = Thread.currentThread().isInterrupted();
            if (ended || now - moved > Duration.ofSeconds(patienceSeconds).toNanos()) {
                throw new Failure(
                        why.exitCode(),
                        why.getMessage() + "; the same command goes on where this one stopped");
            }
            progress.at(at[0], "waits: " + why.getMessage());
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, AGAIN_MAX_NANOS);
        }
    }
}
