package io.pipit.cli.client;

import io.pipit.cli.context.Failure;
import io.pipit.identity.Sha256;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.Frame;
import io.pipit.wire.LinkFormat;
import io.pipit.wire.Options;
import io.pipit.wire.Options.Block;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Fetches files of peers through the daemon, in blocks, of which several are under way. What came
 * is in {@code FILE.part}, and what it is of in {@code FILE.part.json}; a later call goes on with
 * these. Not thread-safe.
 */
public final class Inflow {
    /** Blocks that are asked for at the same time. */
    static final int WINDOW = 8;

    private static final long BODY_BYTES_MAX = (Block.NUMBER_MAX + 1L) * 1_024;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int OCTETS = 42;
    private static final int BAD_REQUEST = 400;
    private static final int UNAVAILABLE = 503;

    private final SocketClient client;
    private long bodies;

    public Inflow(SocketClient client) {
        this.client = client;
    }

    /** A file that a peer shares. */
    public record Shared(String name, long bytes) {}

    /** The peer can't be asked now, or isn't done with something: later is time enough. */
    public static final class Later extends Exception {
        private static final long serialVersionUID = 1;

        Later(String why) {
            super(why);
        }
    }

    /** What it shares, by name. */
    public List<Shared> list(String peer) throws Failure, Later {
        return list(peer, List.of());
    }

    private List<Shared> list(String peer, List<String> query) throws Failure, Later {
        List<Shared> all = new ArrayList<>();
        byte[] body = body(List.of("peers", peer, "files"), query, LinkFormat.CONTENT_FORMAT);
        try {
            for (LinkFormat.Link link : LinkFormat.read(body)) {
                String size = link.attributes().getOrDefault("sz", "");
                if (link.path().startsWith("/files/") && size.matches("\\d{1,18}")) {
                    all.add(
                            new Shared(
                                    link.path().substring("/files/".length()),
                                    Long.parseLong(size)));
                }
            }
        } catch (WireException e) {
            throw unreadable(e);
        }
        return all;
    }

    /** A small body, whose blocks are asked for one after the other. */
    private byte[] body(List<String> path, List<String> query, int accept) throws Failure, Later {
        ByteBuffer all = ByteBuffer.allocate(BUFFER_BYTES);
        boolean more = true;
        while (more) {
            int number = all.position() / 1_024;
            Options.Builder options =
                    new Options.Builder().uri(path, query).add(Options.ACCEPT, accept);
            options.add(Options.BLOCK2, new Block(number, false, Options.BERT).encoded());
            // Below what places in a file are.
            long request = --bodies;
            client.begin(request, Frame.GET, options.build(), new byte[0]);
            SocketClient.Answer answer = client.awaitAny();
            while (answer.number() != request) {
                // Blocks of a file that are not wanted any more.
                answer = client.awaitAny();
            }
            Frame frame = checked(answer.frame());
            if (frame.payload().length > all.remaining()) {
                all = ByteBuffer.allocate(all.capacity() * 2).put(all.flip());
            }
            all.put(frame.payload());
            more = frame.options().block(Options.BLOCK2).filter(Block::more).isPresent();
            if (more && frame.payload().length == 0) {
                throw new Failure(Failure.FAILED, "the peer sends empty blocks");
            }
        }
        return Arrays.copyOf(all.array(), all.position());
    }

    private static Frame checked(Frame frame) throws Failure, Later {
        if (frame.code() == UNAVAILABLE) {
            try {
                Reply _ = SocketClient.checked(frame);
            } catch (Failure e) {
                throw new Later(String.valueOf(e.getMessage()));
            }
        }
        Reply _ = SocketClient.checked(frame);
        return frame;
    }

    private static Later changed() {
        return new Later("it changed on the peer while it was fetched");
    }

    private static Failure unreadable(WireException e) {
        return new Failure(Failure.FAILED, "the peer's answer can't be read: " + e.getMessage());
    }

    /** What a file is, by the one who has it. */
    private record Hash(String sha256, String etag) {}

    private Hash hash(String peer, String name) throws Failure, Later {
        byte[] body = body(path(peer, name), List.of("hash=sha-256"), Format.JSON.document());
        try {
            Document said = Document.read(body, Format.JSON);
            return new Hash(said.get("sha256").text(""), said.get("etag").text(""));
        } catch (WireException e) {
            throw unreadable(e);
        }
    }

    /**
     * Fetches one, or the rest of it; when this returns it is there, checked and durable.
     *
     * @param progress hears how many bytes are there
     * @throws Later where it can't go on now; what came is kept
     */
    public void fetch(String peer, Shared file, Path target, LongConsumer progress)
            throws Failure, Later {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        Path state = target.resolveSibling(target.getFileName() + ".part.json");
        try (FileChannel channel =
                FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            Arriving arriving = new Arriving(peer, file, channel, state, progress);
            arriving.goOn();
            arriving.all();
            channel.force(true);
            Hash hash = hash(peer, file.name());
            if (!hash.etag().equals(arriving.etag)) {
                Files.deleteIfExists(state);
                throw changed();
            }
            String sha256 = arriving.hash.hex();
            if (!sha256.equals(hash.sha256())) {
                Files.deleteIfExists(state);
                throw new Later("what came doesn't have the file's SHA-256 and is fetched anew");
            }
            Files.move(
                    part,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            Files.deleteIfExists(state);
            sync(target);
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, target + " can't be written: " + e);
        }
    }

    private static void sync(Path target) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static List<String> path(String peer, String name) {
        List<String> path = new ArrayList<>(List.of("peers", peer, "files"));
        path.addAll(List.of(name.split("/", -1)));
        return path;
    }

    /** One file on its way in. */
    private final class Arriving {
        private final String peer;
        private final Shared file;
        private final FileChannel channel;
        private final Path state;
        private final LongConsumer progress;
        private final Sha256 hash = Sha256.start();
        private final Map<Long, byte[]> early = new TreeMap<>();
        private @Nullable String etag;
        private long held;

        /** Of the body that is asked for: block numbers count from here. */
        private long base;

        private long asked;
        private int block;
        private int waiting;

        Arriving(String peer, Shared file, FileChannel channel, Path state, LongConsumer progress) {
            this.peer = peer;
            this.file = file;
            this.channel = channel;
            this.state = state;
            this.progress = progress;
        }

        /** Begins where an earlier call stopped, if that was with the same version. */
        void goOn() throws IOException {
            try {
                Document said = Document.read(Files.readAllBytes(state), Format.JSON);
                if (said.get("peer").text("").equals(peer)
                        && said.get("name").text("").equals(file.name())
                        && said.get("bytes").whole(-1) == file.bytes()) {
                    etag = said.get("etag").text("");
                    held = Math.min(channel.size(), file.bytes());
                    count();
                }
            } catch (NoSuchFileException | WireException e) {
                // From the first byte on.
            }
            channel.truncate(held);
            base = held;
            asked = held;
            progress.accept(held);
        }

        private void count() throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            long at = 0;
            while (at < held) {
                buffer.clear().limit((int) Math.min(BUFFER_BYTES, held - at));
                int n = channel.read(buffer, at);
                if (n <= 0) {
                    throw new IOException("the part became shorter under way");
                }
                hash.update(buffer.flip());
                at += n;
            }
        }

        /** Asks for all that is missing, and writes it as it comes. */
        void all() throws Failure, Later, IOException {
            boolean once = held == 0 && file.bytes() == 0;
            while (held < file.bytes() || once || waiting > 0) {
                // How large blocks are is the peer's to say: so the first one is alone.
                while (waiting < (block == 0 ? 1 : WINDOW) && (asked < file.bytes() || once)) {
                    ask();
                    once = false;
                }
                SocketClient.Answer answer = client.awaitAny();
                waiting--;
                if (answer.frame().code() == BAD_REQUEST) {
                    refuseWhatChanged();
                }
                took(answer.number(), checked(answer.frame()));
            }
        }

        /** Who writes a file anew has none of what is asked for, for a moment. */
        private void refuseWhatChanged() throws Failure, Later, IOException {
            if (!hash(peer, file.name()).etag().equals(etag)) {
                Files.deleteIfExists(state);
                throw changed();
            }
        }

        private void ask() throws Failure {
            if (asked - base >= BODY_BYTES_MAX) {
                base = asked;
            }
            int number = (int) ((asked - base) / 1_024);
            Options options =
                    new Options.Builder()
                            .uri(path(peer, file.name()), List.of("from=" + base))
                            .add(Options.ACCEPT, OCTETS)
                            .add(Options.BLOCK2, new Block(number, false, Options.BERT).encoded())
                            .build();
            client.begin(asked, Frame.GET, options, new byte[0]);
            waiting++;
            // The first one says how far it goes.
            asked = block == 0 ? file.bytes() : Math.min(file.bytes(), asked + block);
        }

        private void took(long at, Frame frame) throws Failure, Later, IOException {
            String version =
                    frame.options().bytes(Options.ETAG).map(HexFormat.of()::formatHex).orElse("");
            if (etag == null) {
                etag = version;
                remember();
            } else if (!etag.equals(version)) {
                Files.deleteIfExists(state);
                throw changed();
            }
            byte[] bytes = frame.payload();
            if (at + bytes.length > file.bytes()) {
                throw new Later("it grew on the peer while it was fetched");
            }
            if (bytes.length == 0 && file.bytes() > 0) {
                throw new Later("the peer has nothing of it just now");
            }
            if (block == 0) {
                block = Math.max(1_024, bytes.length / 1_024 * 1_024);
                asked = at + bytes.length;
            }
            early.put(at, bytes);
            for (byte[] next = early.remove(held); next != null; next = early.remove(held)) {
                write(next);
                if (next.length == 0) {
                    break;
                }
                boolean cut = next.length < block && held < file.bytes();
                if (cut) {
                    // Smaller than those before: what was asked for behind it doesn't fit.
                    base = held;
                    asked = held;
                    early.clear();
                    drain();
                    block = next.length;
                }
            }
            progress.accept(held);
        }

        private void drain() throws Failure {
            while (waiting > 0) {
                SocketClient.Answer _ = client.awaitAny();
                waiting--;
            }
        }

        private void write(byte[] bytes) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer, held + buffer.position());
            }
            hash.update(ByteBuffer.wrap(bytes));
            held += bytes.length;
        }

        private void remember() throws IOException {
            Map<String, Object> said = new LinkedHashMap<>();
            said.put("peer", peer);
            said.put("name", file.name());
            said.put("bytes", file.bytes());
            said.put("etag", etag);
            Files.write(state, Document.write(said, Format.JSON));
        }
    }
}
