package io.pipit.files;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the thread {@code files}, and what goes wrong with disks in the words of whoever
 * asked. Thread-safe.
 */
public final class Disk {
    /** Tasks that wait for it; what comes beyond that is refused and asked for again. */
    public static final int TASKS_MAX = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(Disk.class);

    private final Executor executor;
    private final long keepFreeBytes;
    private final Counter refused;
    private final Counter failed;

    /**
     * The way to a disk.
     *
     * @param executor runs one task after the other, and rejects those beyond {@link #TASKS_MAX}
     * @param keepFreeBytes so much is left to others
     */
    public Disk(Executor executor, long keepFreeBytes, Metrics metrics) {
        this.executor = executor;
        this.keepFreeBytes = keepFreeBytes;
        refused =
                metrics.counter(
                        "pipit_files_tasks_refused",
                        "Parts of files refused because too many waited for the disk");
        failed = metrics.counter("pipit_files_failed", "Reads and writes that the disk failed at");
    }

    /** Runs this there; false where too much waits already. */
    boolean run(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            refused.increment();
            return false;
        }
    }

    /** Does this there; it fails with {@link FileRefused} alone. */
    <T> CompletionStage<T> ask(Callable<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        boolean taken =
                run(() -> {
                    try {
                        answer.complete(work.call());
                    } catch (Exception e) {
                        answer.completeExceptionally(refusal(e));
                    }
                });
        if (!taken) {
            answer.completeExceptionally(busy());
        }
        return answer;
    }

    static FileRefused busy() {
        return new FileRefused(Reason.BUSY, "too much waits for the disk");
    }

    /** What went wrong, for who asked; the journal has it as it was. */
    FileRefused refusal(Throwable cause) {
        return switch (cause) {
            case FileRefused already -> already;
            case NoSuchFileException _ ->
                    new FileRefused(Reason.NOT_FOUND, "there is no such file");
            case InvalidPathException _ ->
                    new FileRefused(Reason.NAME, "that is no name on this node's file system");
            default -> {
                failed.increment();
                LOG.warn("a file couldn't be read or written: {}", cause.toString());
                LOG.debug("the cause", cause);
                yield isFull(cause)
                        ? new FileRefused(Reason.NO_ROOM, "the disk is full")
                        : new FileRefused(Reason.BUSY, "the disk failed: " + reason(cause));
            }
        };
    }

    // Java has no exception of its own for ENOSPC and EDQUOT, nor a number.
    private static boolean isFull(Throwable cause) {
        String reason = reason(cause).toLowerCase(Locale.ROOT);
        return reason.contains("no space left") || reason.contains("quota exceeded");
    }

    private static String reason(Throwable cause) {
        String reason = cause instanceof FileSystemException e ? e.getReason() : cause.getMessage();
        return reason == null ? cause.getClass().getSimpleName() : reason;
    }

    /** Refuses what wouldn't leave enough room on this folder's disk. */
    void requireRoom(Path folder, long bytes) throws IOException, FileRefused {
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free - Math.max(0, bytes) < keepFreeBytes) {
            throw new FileRefused(
                    Reason.NO_ROOM,
                    "the disk has no room: "
                            + free
                            + " bytes are free, of which "
                            + keepFreeBytes
                            + " stay so");
        }
    }

    /** The present holder of a name, or null where there is none. */
    static @Nullable String nameOf(@Nullable Path path) {
        return path == null || path.getFileName() == null ? null : path.getFileName().toString();
    }
}
