package io.pipit.cli.client;

import io.pipit.cli.context.Failure;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.Options.Block;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * Puts files into the daemon's queue, since it can't read its users' folders: in blocks, of which
 * several are under way. Not thread-safe.
 */
public final class Outbox {
    /** One block, bytes. */
    static final int BLOCK_BYTES = 256 * 1_024;

    /** Blocks that wait for their answer at the same time. */
    static final int WINDOW = 8;

    /** As far as block numbers go. */
    private static final long BODY_BYTES_MAX = (Block.NUMBER_MAX + 1L) * 1_024;

    private static final int OCTETS = 42;

    private final SocketClient client;

    public Outbox(SocketClient client) {
        this.client = client;
    }

    /**
     * A file in the queue.
     *
     * @param number under which the daemon knows it
     * @param sha256 as the daemon counted it
     */
    public record Queued(long number, String name, long bytes, String sha256) {}

    /**
     * Puts one there.
     *
     * @param name under which the peer is to have it, with slashes
     * @param progress hears how many bytes the daemon has
     */
    public Queued put(Path file, String peer, String name, LongConsumer progress) throws Failure {
        try (FileChannel channel = FileChannel.open(file)) {
            return put(channel, file, peer, name, progress);
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, file + " can't be read: " + e);
        }
    }

    private Queued put(
            FileChannel channel, Path file, String peer, String name, LongConsumer progress)
            throws Failure, IOException {
        long size = channel.size();
        String upload = UUID.randomUUID().toString();
        ByteBuffer buffer = ByteBuffer.allocate(BLOCK_BYTES);
        long base = 0;
        long sent = 0;
        long taken = 0;
        boolean begun = false;
        Frame last = null;
        int waiting = 0;
        while (!begun || waiting > 0) {
            while (waiting < WINDOW && (sent < size || !begun)) {
                if (sent - base == BODY_BYTES_MAX) {
                    base = sent;
                }
                long bodyEnd = Math.min(size, base + BODY_BYTES_MAX);
                byte[] bytes = read(channel, buffer, sent, bodyEnd, file);
                boolean more = sent + bytes.length < bodyEnd;
                Options.Builder options =
                        new Options.Builder()
                                .uri(
                                        path(peer, name),
                                        List.of("size=" + size, "upload=" + upload, "from=" + base))
                                .add(Options.CONTENT_FORMAT, OCTETS);
                if (more || sent > base) {
                    int number = (int) ((sent - base) / 1_024);
                    options.add(Options.BLOCK1, new Block(number, more, Options.BERT).encoded());
                }
                client.begin(sent + bytes.length, Frame.PUT, options.build(), bytes);
                sent += bytes.length;
                waiting++;
                begun = true;
            }
            SocketClient.Answer answer = client.await();
            waiting--;
            taken = Math.max(taken, answer.number());
            progress.accept(taken);
            if (answer.number() == size) {
                last = answer.frame();
            }
        }
        if (channel.size() != size || last == null) {
            throw changed(file);
        }
        return queued(last, name, size);
    }

    private static byte[] read(FileChannel channel, ByteBuffer buffer, long at, long end, Path file)
            throws IOException, Failure {
        buffer.clear().limit((int) Math.min(BLOCK_BYTES, end - at));
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw changed(file);
            }
        }
        byte[] bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static Failure changed(Path file) {
        return new Failure(
                Failure.FAILED, file + " changed while it was read; send it when it is at rest");
    }

    private static List<String> path(String peer, String name) {
        List<String> path = new ArrayList<>(List.of("outbox", peer));
        path.addAll(List.of(name.split("/", -1)));
        return path;
    }

    private static Queued queued(Frame last, String name, long size) throws Failure {
        try {
            Document said = Document.read(last.payload(), Format.JSON);
            return new Queued(said.get("number").whole(0), name, size, said.get("sha256").text(""));
        } catch (WireException e) {
            throw new Failure(
                    Failure.FAILED, "the daemon's answer can't be read: " + e.getMessage());
        }
    }
}
