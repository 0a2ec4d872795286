package io.pipit.files;

import io.pipit.port.TimeSource;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import io.pipit.port.bulk.Incoming;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes parts of files and puts them together; where the whole goes is said by the folder that
 * extends it. Thread-safe; the rest of it is on the thread {@code files}.
 */
abstract class Receiver implements Incoming {
    /** Files that come in at the same time. */
    static final int UPLOADS_MAX = 64;

    /** So long a file that doesn't come on keeps its place, where another one wants it. */
    static final long IDLE_NANOS = 60_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

    final Disk disk;
    final TimeSource time;
    final Path root;
    final Map<Coming, Upload> uploads = new HashMap<>();
    final ByteBuffer buffer = ByteBuffer.allocate(Hashes.STEP_BYTES);
    private volatile List<Receiving> receiving = List.of();

    Receiver(Path root, Disk disk, TimeSource time) {
        this.root = root;
        this.disk = disk;
        this.time = time;
    }

    /** Begins one, or goes on with it after a restart; refuses it where it mustn't come. */
    abstract Upload open(Coming file) throws IOException, FileRefused;

    /** Puts the whole, which is checked and durable, where it belongs. */
    abstract Held land(Upload upload, String sha256) throws IOException, FileRefused;

    /** Gives up one that doesn't come on. */
    abstract void leave(Upload upload) throws IOException;

    @Override
    public Sink receive(Coming file, long from, boolean last) {
        return new Part(file, from, last);
    }

    @Override
    public List<Receiving> receiving() {
        return receiving;
    }

    private void show() {
        List<Receiving> now = new ArrayList<>();
        uploads.values()
                .forEach(upload ->
                        now.add(
                                new Receiving(
                                        upload.file.owner(),
                                        upload.file.name(),
                                        upload.position(),
                                        upload.file.bytes())));
        receiving = List.copyOf(now);
    }

    /** The one that is coming in, or begins to. */
    Upload upload(Coming file) throws IOException, FileRefused {
        Upload upload = uploads.get(file);
        if (upload == null) {
            if (uploads.size() >= UPLOADS_MAX) {
                makePlace();
            }
            upload = open(file);
            uploads.put(file, upload);
            countOn(upload);
        }
        upload.usedNanos = time.monotonicNanos();
        return upload;
    }

    private void makePlace() throws IOException, FileRefused {
        Upload oldest = null;
        for (Upload upload : uploads.values()) {
            if (upload.landing == null && (oldest == null || upload.usedNanos < oldest.usedNanos)) {
                oldest = upload;
            }
        }
        if (oldest == null || time.monotonicNanos() - oldest.usedNanos < IDLE_NANOS) {
            throw new FileRefused(
                    Reason.BUSY, "more than " + UPLOADS_MAX + " files come in at the same time");
        }
        uploads.remove(oldest.file);
        leave(oldest);
    }

    /** What was there before a restart is counted while more comes. */
    private void countOn(Upload upload) {
        boolean _ =
                disk.run(() -> {
                    try {
                        if (uploads.get(upload.file) == upload
                                && upload.landing == null
                                && !upload.countStep(buffer)) {
                            countOn(upload);
                        }
                    } catch (IOException | FileRefused e) {
                        // The end counts what is left, and says what is wrong with it.
                        LOG.debug("{} can't be counted", upload.part, e);
                    }
                });
    }

    /** All is there: counts what isn't counted, checks it, makes it durable and lands it. */
    CompletableFuture<Held> finish(Upload upload) {
        CompletableFuture<Held> landing = upload.landing;
        if (landing == null) {
            landing = new CompletableFuture<>();
            upload.landing = landing;
            finish(upload, landing);
        }
        return landing;
    }

    private void finish(Upload upload, CompletableFuture<Held> landing) {
        try {
            if (!upload.countStep(buffer)) {
                if (!disk.run(() -> finish(upload, landing))) {
                    throw Disk.busy();
                }
                return;
            }
            String sha256 = upload.sha256();
            String said = upload.file.sha256();
            if (!said.isEmpty() && !Hashes.same(said, sha256)) {
                upload.discard();
                throw new FileRefused(
                        Reason.CORRUPT,
                        "the bytes that came have the SHA-256 "
                                + sha256
                                + " and should have "
                                + said
                                + "; they are thrown away");
            }
            upload.checkpoint();
            Held held = land(upload, sha256);
            uploads.remove(upload.file);
            show();
            landing.complete(held);
        } catch (IOException | FileRefused | RuntimeException e) {
            // What is durable stays, and can be gone on with.
            upload.close();
            uploads.remove(upload.file);
            show();
            landing.completeExceptionally(disk.refusal(e));
        }
    }

    /** Lets go of all that is coming in, at the node's end. */
    void leaveAll() {
        for (Upload upload : List.copyOf(uploads.values())) {
            try {
                leave(upload);
            } catch (IOException e) {
                LOG.warn("{} can't be kept: {}", upload.part, e.toString());
            }
        }
        uploads.clear();
        show();
    }

    private record Piece(ByteBuffer bytes, Runnable taken) {}

    /** One part of a file. */
    private final class Part implements Sink {
        private final Coming file;
        private final boolean last;
        private final CompletableFuture<Held> outcome = new CompletableFuture<>();
        private final List<Piece> pieces = new ArrayList<>();

        /** Whether a task is there that writes what is in {@code pieces}; guarded by them. */
        private boolean writing;

        private long at;
        private int beginning;
        private @Nullable Upload upload;

        Part(Coming file, long from, boolean last) {
            this.file = file;
            this.last = last;
            this.at = from;
            submit(this::begin);
        }

        @FunctionalInterface
        private interface Step {
            void run() throws IOException, FileRefused;
        }

        private void submit(Step step) {
            if (!disk.run(() -> tried(step))) {
                outcome.completeExceptionally(Disk.busy());
            }
        }

        private void tried(Step step) {
            if (outcome.isDone()) {
                return;
            }
            try {
                step.run();
            } catch (IOException | FileRefused | RuntimeException e) {
                Upload failed = upload;
                if (failed != null && !(e instanceof FileRefused)) {
                    failed.usedNanos = 0;
                }
                outcome.completeExceptionally(disk.refusal(e));
            }
        }

        private void begin() throws IOException, FileRefused {
            Upload its = upload(file);
            if (its.landing != null && at < its.position()) {
                throw new FileRefused(Reason.BUSY, "it is whole already and being checked");
            }
            boolean known = !file.sha256().isEmpty();
            if (at == 0 && !known && its.position() > 0) {
                its.restart();
            }
            if (at > its.position() || (at < its.position() && !known)) {
                throw new FileRefused(
                        Reason.OUT_OF_ORDER,
                        its.position() + " bytes of it are held, and not what begins at " + at);
            }
            upload = its;
            beginning = its.beginnings;
            show();
        }

        @Override
        public void take(ByteBuffer bytes, Runnable taken) {
            synchronized (pieces) {
                pieces.add(new Piece(bytes, taken));
                if (writing) {
                    // The task under way, or about to be, takes it along.
                    return;
                }
                writing = true;
            }
            if (!disk.run(this::writeAll)) {
                outcome.completeExceptionally(Disk.busy());
                for (List<Piece> some = next(); !some.isEmpty(); some = next()) {
                    some.forEach(piece -> piece.taken.run());
                }
            }
        }

        private void writeAll() {
            for (List<Piece> some = next(); !some.isEmpty(); some = next()) {
                List<ByteBuffer> bytes = some.stream().map(Piece::bytes).toList();
                try {
                    tried(() -> write(bytes));
                } finally {
                    some.forEach(piece -> piece.taken.run());
                }
            }
        }

        /** All that came by now; none, and the next one that comes begins anew. */
        private List<Piece> next() {
            synchronized (pieces) {
                List<Piece> some = List.copyOf(pieces);
                pieces.clear();
                writing = !some.isEmpty();
                return some;
            }
        }

        private void write(List<ByteBuffer> some) throws IOException, FileRefused {
            Upload its = begun();
            long end = at + some.stream().mapToLong(ByteBuffer::remaining).sum();
            if (file.bytes() >= 0 && end > file.bytes()) {
                throw new FileRefused(
                        Reason.CORRUPT, "more comes than the " + file.bytes() + " bytes said");
            }
            if (at > its.position()) {
                throw new FileRefused(
                        Reason.OUT_OF_ORDER, "another sender of the same file came in between");
            }
            for (ByteBuffer bytes : some) {
                int held = (int) Math.min(its.position() - at, bytes.remaining());
                bytes.position(bytes.position() + held);
                at += held;
            }
            its.write(some);
            at = end;
            its.usedNanos = time.monotonicNanos();
            if (its.isCheckpointDue()) {
                its.checkpoint();
                room(its);
                show();
            }
        }

        private Upload begun() throws FileRefused {
            Upload its = upload;
            if (its == null || uploads.get(file) != its || its.beginnings != beginning) {
                throw new FileRefused(Reason.OUT_OF_ORDER, "it was begun anew meanwhile");
            }
            return its;
        }

        @Override
        public void end() {
            submit(() -> {
                Upload its = begun();
                boolean whole = file.bytes() >= 0 ? its.position() == file.bytes() : last;
                if (!whole) {
                    outcome.complete(new Held(its.position(), false, 0, ""));
                    return;
                }
                var _ =
                        finish(its)
                                .whenComplete((held, error) -> {
                                    if (error == null) {
                                        outcome.complete(held);
                                    } else {
                                        outcome.completeExceptionally(error);
                                    }
                                });
            });
        }

        @Override
        public void broken() {
            submit(() -> {
                outcome.completeExceptionally(new FileRefused(Reason.BUSY, "the connection broke"));
                Upload its = upload;
                if (its != null && uploads.get(file) == its && its.landing == null) {
                    its.checkpoint();
                }
            });
        }

        @Override
        public CompletionStage<Held> outcome() {
            return outcome;
        }
    }

    /** Refuses more of what has no size and outgrows its place. */
    abstract void room(Upload upload) throws IOException, FileRefused;
}
