package io.pipit.files;

import io.pipit.identity.DurableFile;
import io.pipit.identity.Sha256;
import io.pipit.port.TimeSource;
import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder into which peers put files, each peer into one of its own. What isn't whole yet is in
 * {@code .partial} beside these, and comes to its name by a rename, in place of what had it before.
 * Thread-safe.
 */
public final class InboxFolder extends Receiver {
    /** Files of one peer, whole or not. */
    static final int FILES_MAX = 100_000;

    /** How long a count of what is stored counts; files go behind this program's back. */
    static final long USAGE_NANOS = 30_000_000_000L;

    /** How long parts wait for the rest. */
    static final long PARTIAL_DAYS_MAX = 30;

    private static final Logger LOG = LoggerFactory.getLogger(InboxFolder.class);
    private static final String PARTIAL = ".partial";
    private static final String PART = ".part";
    private static final String STATE = ".json";
    private static final int KEY_BYTES = 16;

    /**
     * How much may be there.
     *
     * @param peerBytesMax in one peer's folder
     * @param bytesMax in all of them
     */
    public record Limits(long peerBytesMax, long bytesMax) {}

    private record Usage(long bytes, long files, long atNanos) {}

    private final Limits limits;
    private final String bootId;
    private final Folder folder;
    private final Path partial;
    private final Hashes hashes;
    private final Map<String, Usage> usages = new HashMap<>();

    /**
     * The inbox in this folder, which is made where it is missing.
     *
     * @param bootId the kernel's name for the machine's present boot: until it ends, what a process
     *     wrote that died is there
     * @throws IOException where it can't be
     */
    public InboxFolder(Path root, Limits limits, String bootId, Disk disk, TimeSource time)
            throws IOException {
        super(root, disk, time);
        this.limits = limits;
        this.bootId = bootId;
        this.folder = new Folder(root);
        this.partial = root.resolve(PARTIAL);
        this.hashes = new Hashes(disk);
        Files.createDirectories(partial);
    }

    /** Takes away what an earlier run left that nobody can go on with. */
    public void sweep() {
        boolean _ =
                disk.run(() -> {
                    try (DirectoryStream<Path> owners = Files.newDirectoryStream(partial)) {
                        for (Path owner : owners) {
                            sweep(owner);
                        }
                    } catch (IOException e) {
                        LOG.warn("{} can't be swept: {}", partial, e.toString());
                    }
                });
    }

    private void sweep(Path owner) throws IOException {
        if (!Files.isDirectory(owner, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        long oldest =
                time.wallMicros()
                        - (time.synchronised()
                                ? TimeUnit.DAYS.toMicros(PARTIAL_DAYS_MAX)
                                : Long.MAX_VALUE / 2);
        Set<String> open = new HashSet<>();
        uploads.values().forEach(upload -> open.add(key(upload.file)));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(owner)) {
            for (Path file : files) {
                String name = String.valueOf(Disk.nameOf(file));
                String key = name.replaceAll("\\.(part|json)$", "");
                boolean whole =
                        !name.startsWith(".")
                                && Files.exists(owner.resolve(key + PART))
                                && Files.exists(owner.resolve(key + STATE));
                boolean old =
                        Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                                        .to(TimeUnit.MICROSECONDS)
                                < oldest;
                if (!open.contains(key) && (old || !whole)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static String key(Coming file) {
        String all =
                String.join(
                        "\0",
                        file.name().toString(),
                        file.sha256(),
                        Long.toString(file.bytes()),
                        file.upload());
        Sha256 hash = Sha256.start();
        hash.update(StandardCharsets.UTF_8.encode(all));
        return HexFormat.of().formatHex(hash.digest(), 0, KEY_BYTES);
    }

    private Path partialOf(String owner) {
        return partial.resolve(owner);
    }

    /** Where in the inbox it goes: its owner's folder first. */
    private static FileName place(Coming file) {
        List<String> segments = new ArrayList<>();
        segments.add(file.owner());
        segments.addAll(file.name().segments());
        return new FileName(segments);
    }

    @Override
    public CompletionStage<Held> held(Coming file) {
        CompletableFuture<Held> answer = new CompletableFuture<>();
        var _ =
                disk.ask(() -> lookUp(file))
                        .whenComplete((found, error) -> {
                            if (error != null) {
                                answer.completeExceptionally(error);
                                return;
                            }
                            var _ =
                                    found.whenComplete((held, failure) -> {
                                        if (failure != null) {
                                            answer.completeExceptionally(failure);
                                        } else {
                                            answer.complete(held);
                                        }
                                    });
                        });
        return answer;
    }

    private CompletableFuture<Held> lookUp(Coming file) throws IOException, FileRefused {
        Held partly = new Held(partly(file), false, 0, "");
        BasicFileAttributes there = folder.find(place(file));
        boolean maybe =
                !file.sha256().isEmpty()
                        && there != null
                        && there.isRegularFile()
                        && there.size() == file.bytes();
        if (!maybe) {
            return CompletableFuture.completedFuture(partly);
        }
        return hashes.of(folder.read(place(file)))
                .thenApply(sha256 ->
                        Hashes.same(sha256, file.sha256())
                                ? new Held(file.bytes(), true, 0, sha256)
                                : partly);
    }

    private long partly(Coming file) throws IOException {
        Upload open = uploads.get(file);
        if (open != null) {
            return open.position();
        }
        Path own = partialOf(file.owner());
        return Upload.held(
                file, own.resolve(key(file) + PART), own.resolve(key(file) + STATE), bootId);
    }

    @Override
    Upload open(Coming file) throws IOException, FileRefused {
        requireFile(file);
        Path own = partialOf(file.owner());
        DurableFile.createDirectory(own, "rwx------");
        long more = Math.max(0, file.bytes() - partly(file));
        requireQuota(file, more);
        disk.requireRoom(root, more);
        return Upload.resumed(
                file, own.resolve(key(file) + PART), own.resolve(key(file) + STATE), bootId);
    }

    private void requireFile(Coming file) throws IOException, FileRefused {
        BasicFileAttributes there = folder.find(place(file));
        if (there != null && there.isDirectory()) {
            throw new FileRefused(Reason.NAME, "'" + file.name() + "' is a folder");
        }
    }

    private void requireQuota(Coming file, long more) throws IOException, FileRefused {
        Usage own = usage(file.owner());
        long ownBytes = own.bytes() + comingBytes(file.owner()) + more;
        if (ownBytes > limits.peerBytesMax() || own.files() >= FILES_MAX) {
            throw new FileRefused(
                    Reason.TOO_LARGE,
                    "with this "
                            + ownBytes
                            + " bytes would be in the inbox's folder "
                            + file.owner()
                            + ", which may have "
                            + limits.peerBytesMax()
                            + " ([files] quota) in "
                            + FILES_MAX
                            + " files");
        }
        long all = more;
        try (DirectoryStream<Path> owners =
                Files.newDirectoryStream(root, each -> Files.isDirectory(each))) {
            for (Path owner : owners) {
                String name = Disk.nameOf(owner);
                if (name != null && !name.equals(PARTIAL)) {
                    all += usage(name).bytes() + comingBytes(name);
                }
            }
        }
        if (all > limits.bytesMax()) {
            throw new FileRefused(
                    Reason.TOO_LARGE,
                    "the inbox is full: it may have "
                            + limits.bytesMax()
                            + " bytes ([files] inbox-max-size)");
        }
    }

    /** What those that are coming in just now may come to. */
    private long comingBytes(String owner) {
        return uploads.values().stream()
                .filter(upload -> upload.file.owner().equals(owner))
                .mapToLong(upload -> Math.max(upload.file.bytes(), upload.position()))
                .sum();
    }

    /** What else is there of one peer, whole or waiting for its rest. */
    private Usage usage(String owner) throws IOException, FileRefused {
        long now = time.monotonicNanos();
        Usage known = usages.get(owner);
        if (known != null && now - known.atNanos() < USAGE_NANOS) {
            return known;
        }
        Set<String> open = new HashSet<>();
        uploads.values().forEach(upload -> open.add(key(upload.file) + PART));
        long bytes = 0;
        long files = 0;
        for (Path each : List.of(root.resolve(owner), partialOf(owner))) {
            if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                for (Folder.Found found : new Folder(each).files(FILES_MAX)) {
                    if (!open.contains(found.name().toString())) {
                        bytes += found.attributes().size();
                        files++;
                    }
                }
            }
        }
        Usage usage = new Usage(bytes, files, now);
        usages.put(owner, usage);
        return usage;
    }

    @Override
    void room(Upload upload) throws IOException, FileRefused {
        disk.requireRoom(root, 0);
        long own = usage(upload.file.owner()).bytes() + comingBytes(upload.file.owner());
        if (own > limits.peerBytesMax()) {
            throw new FileRefused(
                    Reason.TOO_LARGE,
                    "the inbox's folder "
                            + upload.file.owner()
                            + " may have "
                            + limits.peerBytesMax()
                            + " bytes ([files] quota)");
        }
    }

    @Override
    Held land(Upload upload, String sha256) throws IOException, FileRefused {
        Coming file = upload.file;
        FileName place = place(file);
        requireFile(file);
        folder.makeFolders(place.folders());
        Folder parts = new Folder(partialOf(file.owner()));
        String part = String.valueOf(Disk.nameOf(upload.part));
        parts.within(
                List.of(),
                from ->
                        folder.within(
                                place.folders(),
                                to -> {
                                    move(from, part, to, place.last());
                                    return null;
                                }));
        Path at = root;
        DurableFile.sync(at);
        for (String segment : place.folders()) {
            at = at.resolve(segment);
            DurableFile.sync(at);
        }
        DurableFile.sync(parts.root());
        upload.landed();
        Usage before = usages.get(file.owner());
        if (before != null) {
            usages.put(
                    file.owner(),
                    new Usage(
                            before.bytes() + upload.position(),
                            before.files() + 1,
                            before.atNanos()));
        }
        if (!sha256.isEmpty()) {
            Folder.Open landed = folder.read(place);
            landed.channel().close();
            hashes.remember(landed, sha256);
        }
        LOG.info(
                "{} put {} into the inbox: {} bytes", file.owner(), file.name(), upload.position());
        return new Held(upload.position(), true, 0, sha256);
    }

    private static void move(
            SecureDirectoryStream<Path> from,
            String part,
            SecureDirectoryStream<Path> to,
            String name)
            throws IOException {
        from.move(Path.of(part), to, Path.of(name));
    }

    @Override
    void leave(Upload upload) throws IOException {
        if (upload.file.sha256().isEmpty()) {
            upload.discard();
        } else {
            upload.checkpoint();
            upload.close();
        }
        usages.remove(upload.file.owner());
    }

    /** Makes durable what came, at the node's end. */
    public void close() {
        boolean _ = disk.run(this::leaveAll);
    }
}
