package io.pipit.files;

import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import io.pipit.port.bulk.SharedFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The folder whose files peers may read. Thread-safe. */
public final class ShareFolder implements SharedFiles {
    /** Files that are listed. */
    public static final int LISTED_MAX = 10_000;

    private final Folder folder;
    private final Disk disk;
    private final Hashes hashes;

    /** The files below this folder, which may be a link itself. */
    public ShareFolder(Path root, Disk disk) {
        this.folder = new Folder(root);
        this.disk = disk;
        this.hashes = new Hashes(disk);
    }

    @Override
    public CompletionStage<List<Listed>> list() {
        return disk.ask(() -> {
            try {
                return folder.files(LISTED_MAX).stream()
                        .map(found -> new Listed(found.name(), found.attributes().size()))
                        .toList();
            } catch (NoSuchFileException | NotDirectoryException e) {
                throw new FileRefused(
                        Reason.NOT_FOUND, "the folder of [files] share isn't there: make it");
            }
        });
    }

    @Override
    public CompletionStage<Opened> open(FileName name) {
        return disk.ask(() -> {
            Folder.Open file = folder.read(name);
            return new Opened(
                    file.channel(), file.attributes().size(), Folder.etag(file.attributes()));
        });
    }

    @Override
    public CompletionStage<Digest> digest(FileName name) {
        return disk.ask(() -> digested(name));
    }

    private Digest digested(FileName name) throws IOException, FileRefused {
        Folder.Open file = folder.read(name);
        CompletableFuture<String> counted = hashes.of(file);
        if (!counted.isDone()) {
            throw new FileRefused(Reason.BUSY, "its SHA-256 is being counted; ask again");
        }
        if (counted.isCompletedExceptionally()) {
            throw counted.exceptionNow() instanceof FileRefused refused ? refused : Disk.busy();
        }
        return new Digest(
                counted.resultNow(), file.attributes().size(), Folder.etag(file.attributes()));
    }
}
