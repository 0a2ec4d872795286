package io.pipit.files;

import io.pipit.identity.Sha256;
import io.pipit.monitor.Metrics;
import io.pipit.port.TimeSource;
import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.Incoming;
import io.pipit.port.bulk.Incoming.Coming;
import io.pipit.port.bulk.Incoming.Held;
import io.pipit.port.bulk.Incoming.Sink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/** The thread {@code files} as a test runs it, step by step, and a clock that it moves. */
final class Desk implements TimeSource {
    static final String PEER = "AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA";

    final Queue<Runnable> tasks = new ArrayDeque<>();
    final Metrics metrics = new Metrics();
    long nowNanos = 1_000_000_000_000L;
    long wallMicros = System.currentTimeMillis() * 1_000;
    boolean full;
    private final Disk disk;

    Desk() {
        this(0);
    }

    Desk(long keepFreeBytes) {
        disk =
                new Disk(
                        task -> {
                            if (full) {
                                throw new RejectedExecutionException();
                            }
                            tasks.add(task);
                        },
                        keepFreeBytes,
                        metrics);
    }

    Disk disk() {
        return disk;
    }

    void settle() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** What comes of it, when all is done that is to be done. */
    <T> T of(CompletionStage<T> stage) {
        settle();
        CompletableFuture<T> future = stage.toCompletableFuture();
        if (!future.isDone()) {
            throw new AssertionError("not done");
        }
        if (future.isCompletedExceptionally()) {
            throw new AssertionError("failed", future.exceptionNow());
        }
        return future.resultNow();
    }

    /** Why it wasn't done. */
    FileRefused refusal(CompletionStage<?> stage) {
        settle();
        Throwable error = stage.toCompletableFuture().exceptionNow();
        return (FileRefused) (error.getCause() instanceof FileRefused e ? e : error);
    }

    /** Sends a part, in two bites. */
    static CompletionStage<Held> put(
            Incoming into, Coming file, long from, boolean last, byte[] bytes) {
        Sink sink = into.receive(file, from, last);
        int half = bytes.length / 2;
        sink.take(ByteBuffer.wrap(bytes, 0, half), () -> {});
        sink.take(ByteBuffer.wrap(bytes, half, bytes.length - half), () -> {});
        sink.end();
        return sink.outcome();
    }

    static Coming known(String name, byte[] content) throws FileRefused {
        return new Coming("shed", FileName.parse(name), sha256(content), content.length, "");
    }

    static Coming plain(String name) throws FileRefused {
        return new Coming("shed", FileName.parse(name), "", Incoming.UNKNOWN, "");
    }

    static String sha256(byte[] content) {
        Sha256 hash = Sha256.start();
        hash.update(ByteBuffer.wrap(content));
        return hash.hex();
    }

    static byte[] bytes(int count, int seed) {
        byte[] bytes = new byte[count];
        new java.util.Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long monotonicNanos() {
        return nowNanos;
    }

    @Override
    public long wallMicros() {
        return wallMicros;
    }

    @Override
    public boolean synchronised() {
        return true;
    }
}
