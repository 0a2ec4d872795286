package io.pipit.files;

import io.pipit.identity.Sha256;
import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A folder below which files are found by their names, each level opened in the one before and no
 * link followed: whoever swaps a folder for a link under way gets nowhere (openat(2) with
 * O_NOFOLLOW). Thread {@code files}.
 */
final class Folder {
    private static final int ETAG_BYTES = 8;

    private final Path root;

    Folder(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    /** Something in a folder. */
    record Found(FileName name, BasicFileAttributes attributes) {}

    /** A file that is open to read, and what it was when it was opened. */
    record Open(FileChannel channel, BasicFileAttributes attributes) {}

    /** What is done with a folder that is open. */
    @FunctionalInterface
    interface Within<T> {
        @Nullable T at(SecureDirectoryStream<Path> folder) throws IOException, FileRefused;
    }

    /** Goes down to a folder below this one, and does something there. */
    <T> @Nullable T within(List<String> folders, Within<T> work) throws IOException, FileRefused {
        try (SecureDirectoryStream<Path> top = open(root)) {
            return descend(top, folders, work);
        }
    }

    private static <T> @Nullable T descend(
            SecureDirectoryStream<Path> folder, List<String> rest, Within<T> work)
            throws IOException, FileRefused {
        if (rest.isEmpty()) {
            return work.at(folder);
        }
        Path next = Path.of(rest.getFirst());
        if (!attributes(folder, next).isDirectory()) {
            throw new NotDirectoryException(rest.getFirst());
        }
        try (SecureDirectoryStream<Path> inner =
                folder.newDirectoryStream(next, LinkOption.NOFOLLOW_LINKS)) {
            return descend(inner, rest.subList(1, rest.size()), work);
        }
    }

    // Whoever asked closes it.
    @SuppressWarnings("StreamResourceLeak")
    private static SecureDirectoryStream<Path> open(Path folder) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(folder);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException(folder + " is on a system without openat(2)");
    }

    private static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name)
            throws IOException {
        return folder.getFileAttributeView(
                        name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    /**
     * Opens a file to read.
     *
     * @throws FileRefused where there is none of that name, or it is a link or something else
     */
    Open read(FileName name) throws IOException, FileRefused {
        Open opened;
        try {
            opened = within(name.folders(), folder -> open(folder, Path.of(name.last())));
        } catch (NotDirectoryException e) {
            throw notFound();
        }
        if (opened == null) {
            throw notFound();
        }
        return opened;
    }

    private static @Nullable Open open(SecureDirectoryStream<Path> folder, Path name)
            throws IOException {
        // A pipe would block whoever opens it.
        if (!attributes(folder, name).isRegularFile()) {
            return null;
        }
        SeekableByteChannel channel =
                folder.newByteChannel(
                        name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        try {
            BasicFileAttributes now = attributes(folder, name);
            if (channel instanceof FileChannel file && now.isRegularFile()) {
                return new Open(file, now);
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return null;
    }

    private static FileRefused notFound() {
        return new FileRefused(Reason.NOT_FOUND, "there is no such file");
    }

    /** What a file is; null where there is none of that name. */
    @Nullable BasicFileAttributes find(FileName name) throws IOException, FileRefused {
        try {
            return within(name.folders(), folder -> attributes(folder, Path.of(name.last())));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return null;
        }
    }

    /**
     * All files below, by name; hidden ones, links and whatever else are left out.
     *
     * @param most of them that are wanted
     */
    List<Found> files(int most) throws IOException, FileRefused {
        List<Found> found = new ArrayList<>();
        within(
                List.of(),
                folder -> {
                    collect(folder, List.of(), found, most);
                    return null;
                });
        return found;
    }

    private static void collect(
            SecureDirectoryStream<Path> folder, List<String> above, List<Found> found, int most)
            throws IOException, FileRefused {
        List<String> names = new ArrayList<>();
        for (Path entry : folder) {
            String name = Disk.nameOf(entry);
            if (name != null && names.size() < most) {
                names.add(name);
            }
        }
        Collections.sort(names);
        for (String each : names) {
            List<String> segments = new ArrayList<>(above);
            segments.add(each);
            FileName name = named(segments);
            if (name == null || found.size() >= most) {
                continue;
            }
            try {
                BasicFileAttributes attributes = attributes(folder, Path.of(each));
                if (attributes.isRegularFile()) {
                    found.add(new Found(name, attributes));
                } else if (attributes.isDirectory() && segments.size() < FileName.SEGMENTS_MAX) {
                    try (SecureDirectoryStream<Path> inner =
                            folder.newDirectoryStream(Path.of(each), LinkOption.NOFOLLOW_LINKS)) {
                        collect(inner, segments, found, most);
                    }
                }
            } catch (IOException e) {
                // It went meanwhile, or isn't this user's to read: then it isn't shared.
            }
        }
    }

    private static @Nullable FileName named(List<String> segments) {
        try {
            return FileName.of(segments);
        } catch (FileRefused e) {
            return null;
        }
    }

    /** Makes the folders on the way to a file, as far as they are missing. */
    void makeFolders(List<String> folders) throws IOException, FileRefused {
        Path at = root;
        for (int i = 0; i < folders.size(); i++) {
            at = at.resolve(folders.get(i));
            try {
                Files.createDirectory(at);
            } catch (FileAlreadyExistsException e) {
                // So much the better; whether it is a folder is seen on the way down.
            }
            try {
                within(folders.subList(0, i + 1), folder -> null);
            } catch (NotDirectoryException | NoSuchFileException e) {
                throw new FileRefused(
                        Reason.NAME, "'" + folders.get(i) + "' is a file and no folder");
            }
        }
    }

    /** Tells one version of a file from another: eight bytes of its place, size and time. */
    static byte[] etag(BasicFileAttributes attributes) {
        String all =
                attributes.fileKey()
                        + " "
                        + attributes.size()
                        + " "
                        + attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        Sha256 hash = Sha256.start();
        hash.update(java.nio.charset.StandardCharsets.UTF_8.encode(all));
        return Arrays.copyOf(hash.digest(), ETAG_BYTES);
    }
}
