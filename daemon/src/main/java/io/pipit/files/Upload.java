package io.pipit.files;

import io.pipit.identity.DurableFile;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.Incoming;
import io.pipit.port.bulk.Incoming.Coming;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A file that isn't whole yet: its bytes, and beside them how many of these are durable. That is
 * written down each {@link #CHECKPOINT_BYTES}, after the bytes themselves, so that what it says was
 * there is there whenever the power goes. Where only the process died, all that it wrote is there:
 * the kernel has it. Thread {@code files}.
 */
final class Upload {
    /** Bytes that a power cut may cost of what came in. */
    static final long CHECKPOINT_BYTES = 16L << 20;

    private static final String STATE_MODE = "rw-------";

    final Coming file;
    final Path part;

    /** When something last happened to it, monotonic. */
    long usedNanos;

    /** Completes, once it was asked for, when the whole is counted, checked and in its place. */
    @Nullable CompletableFuture<Incoming.Held> landing;

    /** How often it was begun anew. */
    int beginnings;

    private final @Nullable Path state;
    private final String bootId;
    private final FileChannel channel;
    private final boolean counted;
    private Hashes.Count count = new Hashes.Count();
    private long position;
    private long durable;

    private Upload(Coming file, Path part, @Nullable Path state, String bootId, boolean counted)
            throws IOException {
        this.file = file;
        this.part = part;
        this.state = state;
        this.bootId = bootId;
        this.counted = counted;
        this.channel =
                FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
    }

    /** A new one, which doesn't outlive the process. */
    static Upload fresh(Coming file, Path part) throws IOException {
        Upload upload = new Upload(file, part, null, "", true);
        upload.restart();
        return upload;
    }

    /**
     * One that goes on where an earlier one of the same content stopped.
     *
     * @param bootId the machine's present boot
     */
    static Upload resumed(Coming file, Path part, Path state, String bootId) throws IOException {
        Upload upload = new Upload(file, part, state, bootId, !file.sha256().isEmpty());
        try {
            Recorded recorded = recorded(file, state);
            long size = upload.channel.size();
            upload.durable = Math.min(recorded.durable, size);
            upload.position = held(file, recorded, bootId, size);
            upload.channel.truncate(upload.position);
            if (!recorded.bootId.equals(bootId)) {
                upload.record();
            }
        } catch (IOException e) {
            upload.close();
            throw e;
        }
        return upload;
    }

    /** How many bytes of it there are from an earlier one. */
    static long held(Coming file, Path part, Path state, String bootId) throws IOException {
        try {
            return held(file, recorded(file, state), bootId, Files.size(part));
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static long held(Coming file, Recorded recorded, String bootId, long size) {
        boolean allThere = recorded.bootId.equals(bootId) && !file.sha256().isEmpty();
        return Math.min(size, allThere ? file.bytes() : recorded.durable);
    }

    /**
     * What an earlier one of the same content wrote down.
     *
     * @param durable so many bytes are there whatever happened
     * @param bootId empty where there is none
     */
    private record Recorded(long durable, String bootId) {
        static final Recorded NOTHING = new Recorded(0, "");
    }

    private static Recorded recorded(Coming file, Path state) throws IOException {
        if (file.sha256().isEmpty()) {
            return Recorded.NOTHING;
        }
        try {
            Document said = Document.read(Files.readAllBytes(state), Format.JSON);
            boolean same =
                    said.get("sha256").text("").equals(file.sha256())
                            && said.get("name").text("").equals(file.name().toString())
                            && said.get("bytes").whole(Incoming.UNKNOWN) == file.bytes();
            return same
                    ? new Recorded(
                            Math.max(0, said.get("held").whole(0)), said.get("boot").text(""))
                    : Recorded.NOTHING;
        } catch (NoSuchFileException | WireException e) {
            // None yet, or one that a crash tore: its bytes come again.
            return Recorded.NOTHING;
        }
    }

    /** How many bytes it holds. */
    long position() {
        return position;
    }

    /** From the first byte again. */
    void restart() throws IOException {
        channel.truncate(0);
        position = 0;
        durable = 0;
        count = new Hashes.Count();
        beginnings++;
    }

    /** Appends these; what was held before is, whatever goes wrong. */
    void write(List<ByteBuffer> some) throws IOException {
        ByteBuffer[] all = some.toArray(ByteBuffer[]::new);
        long left = some.stream().mapToLong(ByteBuffer::remaining).sum();
        List<ByteBuffer> toCount = some.stream().map(ByteBuffer::duplicate).toList();
        long before = position;
        try {
            channel.position(position);
            while (left > 0) {
                long n = channel.write(all);
                position += n;
                left -= n;
            }
        } finally {
            count(toCount, before);
        }
    }

    /** Counts as far as it was written, where all before that is counted. */
    private void count(List<ByteBuffer> some, long from) {
        long at = from;
        for (ByteBuffer bytes : some) {
            int here = (int) Math.min(bytes.remaining(), position - at);
            if (counted && count.bytes() == at) {
                count.add(bytes.limit(bytes.position() + here));
            }
            at += here;
        }
    }

    /** Whether so much came since the last checkpoint that it is time for one. */
    boolean isCheckpointDue() {
        return position - durable >= CHECKPOINT_BYTES;
    }

    /** Makes durable what is held, and writes down how much that is. */
    void checkpoint() throws IOException {
        if (position != durable) {
            channel.force(true);
            durable = position;
            record();
        }
    }

    private void record() throws IOException {
        if (state != null && !file.sha256().isEmpty()) {
            Map<String, Object> said = new LinkedHashMap<>();
            said.put("name", file.name().toString());
            said.put("bytes", file.bytes());
            said.put("sha256", file.sha256());
            said.put("held", durable);
            said.put("boot", bootId);
            DurableFile.replace(state, Document.write(said, Format.JSON), STATE_MODE);
        }
    }

    /**
     * Counts on where not all that is held is counted, as after a restart.
     *
     * @return whether all is
     */
    boolean countStep(ByteBuffer buffer) throws IOException, FileRefused {
        return !counted || count.step(channel, position, buffer);
    }

    /** Of the whole; once. Empty where nobody wants to know. */
    String sha256() {
        return counted ? count.sha256() : "";
    }

    /** Lets go of it; what is durable can be gone on with. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // What isn't known to be durable comes again.
        }
    }

    /** Lets go of it for good. */
    void discard() throws IOException {
        close();
        Files.deleteIfExists(part);
        if (state != null) {
            Files.deleteIfExists(state);
        }
    }

    /** Takes away what said how far it was: it has another name by now. */
    void landed() throws IOException {
        close();
        if (state != null) {
            Files.deleteIfExists(state);
        }
    }
}
