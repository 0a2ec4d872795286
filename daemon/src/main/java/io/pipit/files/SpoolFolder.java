package io.pipit.files;

import io.pipit.identity.DurableFile;
import io.pipit.model.NodeId;
import io.pipit.port.TimeSource;
import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import io.pipit.port.bulk.Outgoing;
import io.pipit.port.bulk.Spool;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of files to send: for each a file with its bytes and one that says what it is. That one
 * is written last, and removed first: what it isn't there for isn't in the queue. Thread-safe.
 */
public final class SpoolFolder extends Receiver implements Spool {
    /** Files in the queue, of all peers together. */
    public static final int FILES_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(SpoolFolder.class);
    private static final String PART = ".part";
    private static final String CONTENT = ".content";
    private static final String STATE = ".json";
    private static final String STATE_MODE = "rw-------";

    private final long bytesMax;
    private final Consumer<Outgoing> ready;
    private final Map<Long, Long> queued = new TreeMap<>();
    private long last;

    /**
     * The queue in this folder, which is made where it is missing.
     *
     * @param bytesMax of all files in it
     * @param ready hears of each that can be sent, on the thread {@code files}; only hands over
     * @throws IOException where it can't be made
     */
    public SpoolFolder(
            Path root, long bytesMax, Disk disk, TimeSource time, Consumer<Outgoing> ready)
            throws IOException {
        super(root, disk, time);
        this.bytesMax = bytesMax;
        this.ready = ready;
        Files.createDirectories(root);
    }

    /** Tells what an earlier run left to send, in its order, and takes away what it left half. */
    public void recover() {
        boolean _ =
                disk.run(() -> {
                    try {
                        look();
                    } catch (IOException e) {
                        LOG.warn("{} can't be read: {}", root, e.toString());
                    }
                });
    }

    private void look() throws IOException {
        Map<Long, Outgoing> found = new TreeMap<>();
        List<Path> others = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(root)) {
            for (Path file : files) {
                String name = String.valueOf(Disk.nameOf(file));
                if (name.matches("[0-9]{1,18}\\.json")) {
                    Outgoing outgoing = read(file, number(name));
                    if (outgoing != null) {
                        found.put(outgoing.number(), outgoing);
                        continue;
                    }
                }
                others.add(file);
            }
        }
        for (Path file : others) {
            String name = String.valueOf(Disk.nameOf(file));
            boolean content = name.endsWith(CONTENT) && found.containsKey(number(name));
            if (!content && !Files.isDirectory(file)) {
                Files.deleteIfExists(file);
            }
        }
        found.forEach((number, outgoing) -> {
            last = Math.max(last, number);
            queued.put(number, outgoing.bytes());
            ready.accept(outgoing);
        });
    }

    private static long number(String name) {
        String digits = name.replaceAll("\\D.*", "");
        return digits.isEmpty() || digits.length() > 18 ? 0 : Long.parseLong(digits);
    }

    private @org.jspecify.annotations.Nullable Outgoing read(Path state, long number)
            throws IOException {
        Path content = root.resolve(number + CONTENT);
        try {
            Document said = Document.read(Files.readAllBytes(state), Format.JSON);
            NodeId peer = NodeId.parse(said.get("peer").text("")).orElse(null);
            long bytes = said.get("bytes").whole(-1);
            if (peer != null && bytes == Files.size(content)) {
                return new Outgoing(
                        number,
                        peer,
                        FileName.parse(said.get("name").text("")),
                        bytes,
                        said.get("sha256").text(""),
                        content);
            }
            LOG.warn("{} doesn't fit {}; both are thrown away", state, content);
        } catch (WireException | FileRefused | NoSuchFileException e) {
            LOG.warn("{} can't be sent and is thrown away: {}", state, e.toString());
        }
        return null;
    }

    @Override
    public CompletionStage<Held> held(Coming file) {
        return disk.ask(() -> {
            Upload upload = uploads.get(file);
            return new Held(upload == null ? 0 : upload.position(), false, 0, "");
        });
    }

    @Override
    Upload open(Coming file) throws IOException, FileRefused {
        if (NodeId.parse(file.owner()).isEmpty()) {
            throw new FileRefused(Reason.NAME, "'" + file.owner() + "' is no peer");
        }
        long more = Math.max(0, file.bytes());
        if (queued.size() + uploads.size() >= FILES_MAX || waitingBytes() + more > bytesMax) {
            throw full();
        }
        disk.requireRoom(root, more);
        last++;
        return Upload.fresh(file, root.resolve(last + PART));
    }

    private FileRefused full() {
        return new FileRefused(
                Reason.TOO_LARGE,
                "the queue of files to send is full: it may have "
                        + FILES_MAX
                        + " files of together "
                        + bytesMax
                        + " bytes ([files] spool-max-size); see 'pipit transfers'");
    }

    private long waitingBytes() {
        return queued.values().stream().mapToLong(Long::longValue).sum()
                + uploads.values().stream()
                        .mapToLong(upload -> Math.max(upload.file.bytes(), upload.position()))
                        .sum();
    }

    @Override
    void room(Upload upload) throws IOException, FileRefused {
        disk.requireRoom(root, 0);
        if (waitingBytes() > bytesMax) {
            throw full();
        }
    }

    @Override
    Held land(Upload upload, String sha256) throws IOException {
        long number = number(String.valueOf(Disk.nameOf(upload.part)));
        Path content = root.resolve(number + CONTENT);
        upload.landed();
        Files.move(upload.part, content, StandardCopyOption.ATOMIC_MOVE);
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("peer", upload.file.owner());
        said.put("name", upload.file.name().toString());
        said.put("bytes", upload.position());
        said.put("sha256", sha256);
        DurableFile.replace(
                root.resolve(number + STATE), Document.write(said, Format.JSON), STATE_MODE);
        queued.put(number, upload.position());
        ready.accept(
                new Outgoing(
                        number,
                        NodeId.parse(upload.file.owner()).orElseThrow(),
                        upload.file.name(),
                        upload.position(),
                        sha256,
                        content));
        return new Held(upload.position(), true, number, sha256);
    }

    @Override
    void leave(Upload upload) throws IOException {
        upload.discard();
    }

    @Override
    public void remove(long number) {
        boolean taken =
                disk.run(() -> {
                    queued.remove(number);
                    try {
                        Files.deleteIfExists(root.resolve(number + STATE));
                        DurableFile.sync(root);
                        Files.deleteIfExists(root.resolve(number + CONTENT));
                    } catch (IOException e) {
                        LOG.warn("{} of the queue can't be deleted: {}", number, e.toString());
                    }
                });
        if (!taken) {
            LOG.warn("{} stays in the queue until the next start: too much waits", number);
        }
    }

    /** Gives up what was only partly there, at the node's end. */
    public void close() {
        boolean _ = disk.run(this::leaveAll);
    }

    /** For tests: what is in the queue. */
    CompletableFuture<List<Long>> numbers() {
        return disk.ask(() -> List.copyOf(queued.keySet())).toCompletableFuture();
    }
}
