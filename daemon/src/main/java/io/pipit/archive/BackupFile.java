package io.pipit.archive;

import io.pipit.archive.Manifest.Item;
import io.pipit.identity.DurableFile;
import io.pipit.identity.Sha256;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A backup as it lies on a disk: a zip file of mode 0600, since the node's key is in it, with a
 * SHA-256 of each file in the manifest at its end. Whatever the files' sizes, it takes the memory
 * of one buffer. One thread.
 */
final class BackupFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 128 * 1_024;
    private static final FileAttribute<Set<PosixFilePermission>> MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;
    private final ZipFile zip;
    private final Manifest manifest;

    /** What the manifest says besides the files. */
    interface Saying {
        Manifest of(List<Item> items);
    }

    /**
     * Makes one, or puts it in the place of an older one when it is whole and on the disk.
     *
     * @param sources by the path in the backup
     */
    static Manifest write(Path file, Map<String, Path> sources, Saying saying) throws IOException {
        Path target = file.toAbsolutePath();
        Path part = beside(target, "part");
        try (FileChannel channel =
                FileChannel.open(
                        part,
                        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        MODE)) {
            ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(channel));
            List<Item> items = new ArrayList<>();
            for (Map.Entry<String, Path> source : sources.entrySet()) {
                zip.putNextEntry(new ZipEntry(source.getKey()));
                try (InputStream in = Files.newInputStream(source.getValue())) {
                    items.add(copy(source.getKey(), in, zip, Long.MAX_VALUE));
                }
                zip.closeEntry();
            }
            Manifest manifest = saying.of(items);
            zip.putNextEntry(new ZipEntry(Manifest.ENTRY));
            zip.write(manifest.encode());
            zip.closeEntry();
            zip.finish();
            channel.force(true);
            Files.move(
                    part,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            DurableFile.sync(parent(target));
            return manifest;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** A name in the same folder that nothing has yet. */
    static Path beside(Path file, String what) {
        return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + "." + what);
    }

    static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : parent;
    }

    /** An empty file that nobody else may read. */
    static Path create(Path file) throws IOException {
        return Files.createFile(file, MODE);
    }

    private static Item copy(String path, InputStream in, OutputStream out, long bytesMax)
            throws IOException {
        Sha256 hash = Sha256.start();
        byte[] buffer = new byte[BUFFER_BYTES];
        long bytes = 0;
        for (int n = in.read(buffer); n >= 0 && bytes <= bytesMax; n = in.read(buffer)) {
            hash.update(ByteBuffer.wrap(buffer, 0, n));
            out.write(buffer, 0, n);
            bytes += n;
        }
        return new Item(path, bytes, hash.hex());
    }

    /**
     * Opens one and reads all of it: when this returns it is whole.
     *
     * @throws IOException in words, where it isn't
     */
    static BackupFile open(Path file) throws IOException {
        try {
            ZipFile zip = new ZipFile(file.toFile());
            try {
                BackupFile opened = new BackupFile(file, zip);
                for (Item item : opened.manifest.items()) {
                    opened.check(item, OutputStream.nullOutputStream());
                }
                return opened;
            } catch (IOException | RuntimeException e) {
                zip.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new IOException(file + " isn't there", e);
        } catch (ZipException | EOFException | IllegalArgumentException e) {
            throw new IOException(
                    file + " is no whole backup (" + e.getMessage() + "); take another one", e);
        }
    }

    private BackupFile(Path file, ZipFile zip) throws IOException {
        this.file = file;
        this.zip = zip;
        ZipEntry entry = zip.getEntry(Manifest.ENTRY);
        if (entry == null) {
            throw new IOException(file + " is no backup of pipit's: it has no " + Manifest.ENTRY);
        }
        byte[] text;
        try (InputStream in = zip.getInputStream(entry)) {
            text = in.readNBytes(Manifest.BYTES_MAX);
        }
        // The JDK compares that only where it reads from the front.
        CRC32 check = new CRC32();
        check.update(text);
        if (check.getValue() != entry.getCrc()) {
            throw new IOException(file + " is damaged at " + Manifest.ENTRY + "; take another one");
        }
        try {
            manifest = Manifest.decode(text);
        } catch (IOException e) {
            throw new IOException(file + " can't be restored: " + e.getMessage(), e);
        }
    }

    Manifest manifest() {
        return manifest;
    }

    private void check(Item item, OutputStream to) throws IOException {
        ZipEntry entry = zip.getEntry(item.path());
        if (entry == null) {
            throw new IOException(file + " is damaged: it has no " + item.path());
        }
        Item found;
        try (InputStream in = zip.getInputStream(entry)) {
            found = copy(item.path(), in, to, item.bytes());
        } catch (ZipException | EOFException e) {
            throw new IOException(
                    file + " is damaged at " + item.path() + " (" + e.getMessage() + ")", e);
        }
        if (!found.equals(item)) {
            throw new IOException(
                    file
                            + " is damaged: "
                            + item.path()
                            + " isn't what was saved; take another one");
        }
    }

    /** Takes the files out whose path begins so, durable and for nobody else to read. */
    void extract(String prefix, Path folder) throws IOException {
        Set<Path> folders = new HashSet<>(Set.of(folder));
        for (Item item : manifest.items()) {
            if (item.path().startsWith(prefix)) {
                Path target = folder.resolve(item.path().substring(prefix.length()));
                Path into = parent(target);
                if (folders.add(into)) {
                    boolean _ = DurableFile.createDirectory(into, "rwx------");
                }
                try (FileChannel channel =
                        FileChannel.open(
                                target,
                                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                MODE)) {
                    check(item, Channels.newOutputStream(channel));
                    channel.force(true);
                }
            }
        }
        for (Path each : folders) {
            DurableFile.sync(each);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
