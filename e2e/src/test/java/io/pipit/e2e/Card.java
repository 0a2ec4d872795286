package io.pipit.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * A memory card with ext4 on it that power can be cut to. It is an image file on a btrfs of its
 * own, which copies a file as it is at one moment while it is written to: what the kernel had not
 * brought to the card by then is missing in the copy, as after a power cut. Needs root; closed it
 * is gone.
 */
final class Card implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path mountPoint;
    private final Path shelf;
    private final Path image;
    private final Path copy;

    /**
     * A new one, mounted; skips the test, or fails it where peers are required, if that can't be
     * done here.
     *
     * @param folder for what it takes itself
     */
    Card(Path folder, Path mountPoint) {
        for (String program : List.of("mkfs.btrfs", "mkfs.ext4", "mount", "truncate")) {
            Program.needs(program);
        }
        this.mountPoint = mountPoint;
        shelf = folder.resolve("shelf");
        image = shelf.resolve("card");
        copy = shelf.resolve("copy");
        Path shelfImage = folder.resolve("shelf-image");
        try {
            Files.createDirectories(shelf);
            Files.createDirectories(mountPoint);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("truncate", "--size=512M", shelfImage.toString());
        run("mkfs.btrfs", "--quiet", shelfImage.toString());
        if (Program.run(mount(shelfImage, shelf), PATIENCE).exit() != 0) {
            Program.skip("an image of a btrfs can't be mounted here; run it as root");
        }
        run("truncate", "--size=64M", image.toString());
        run("mkfs.ext4", "-q", "-F", image.toString());
        insert();
    }

    /** From this moment on nothing gets to it any more; what is written goes nowhere. */
    void cut() {
        run("cp", "--reflink=always", image.toString(), copy.toString());
    }

    /** After a {@link #cut}, when nobody uses it any more: as it was left by that. */
    void comeBack() {
        run("umount", mountPoint.toString());
        try {
            Files.move(copy, image, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        insert();
    }

    private void insert() {
        Program.run(mount(image, mountPoint), PATIENCE).hasExit(0);
    }

    private static List<String> mount(Path image, Path mountPoint) {
        return List.of("mount", "-o", "loop", image.toString(), mountPoint.toString());
    }

    private static void run(String... command) {
        Program.run(List.of(command), PATIENCE).hasExit(0);
    }

    @Override
    public void close() {
        // Lazily: the kernel lets go of an image a little later.
        run("umount", "-l", mountPoint.toString());
        run("umount", "-l", shelf.toString());
    }
}
