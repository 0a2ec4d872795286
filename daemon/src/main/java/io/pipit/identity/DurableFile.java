package io.pipit.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.UUID;

/** Writes files that are there whole or not at all, whenever the power goes. */
public final class DurableFile {
    private DurableFile() {}

    /** Puts the content in place of what is there. */
    public static void replace(Path file, byte[] content, String mode) throws IOException {
        Path written = written(file, content, mode);
        try {
            Files.move(
                    written,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
        sync(parent(file));
    }

    /**
     * Puts the content there, unless somebody was faster.
     *
     * @return false where there was a file already, which is untouched
     */
    public static boolean create(Path file, byte[] content, String mode) throws IOException {
        Path written = written(file, content, mode);
        try {
            // Unlike a rename, a link never takes another process's file away.
            Files.createLink(file, written);
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(written);
        }
        sync(parent(file));
        return true;
    }

    private static Path written(Path file, byte[] content, String mode) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try (FileChannel channel =
                FileChannel.open(
                        temporary,
                        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString(mode)))) {
            ByteBuffer left = ByteBuffer.wrap(content);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        return temporary;
    }

    /**
     * Makes a directory with this mode.
     *
     * @return false where it was there already
     */
    public static boolean createDirectory(Path directory, String mode) throws IOException {
        try {
            Files.createDirectory(
                    directory,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Makes the names in a directory durable. */
    public static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : parent;
    }
}
