package io.pipit.resource;

import io.pipit.model.Grant.Role;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.port.TimeSource;
import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.SharedFiles.Digest;
import io.pipit.port.bulk.SharedFiles.Listed;
import io.pipit.port.bulk.SharedFiles.Opened;
import io.pipit.resource.Call.Refusal;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Part.FileRange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.LinkFormat;
import io.pipit.wire.LinkFormat.Link;
import io.pipit.wire.Options;
import io.pipit.wire.Options.Block;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code /files}: the shared folder's list, and its files block by block; on the socket also those
 * of peers, under {@code /peers/{peer}/files}. Thread-safe.
 */
final class Files {
    /** {@code application/octet-stream}. */
    static final int OCTETS = 42;

    private static final int KILOBYTE = 1_024;
    private static final int CONTENT = 205;
    private static final int VALID = 203;
    private static final int MAX_AGE_SECONDS = 5;

    /** What goes in one message where there are no blocks, bytes. */
    private static final int SMALL_BYTES_MAX = 8 * KILOBYTE;

    private static final byte[] NOTHING = {};

    private final Bulk bulk;
    private final Peers peers;
    private final TimeSource time;

    Files(Bulk bulk, Peers peers, TimeSource time) {
        this.bulk = bulk;
        this.peers = peers;
        this.time = time;
    }

    /** {@code /files}. */
    void list(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        refuseOnMonitor(call);
        if (!call.caller().may(Role.BULK)) {
            throw new Refusal(Call.FORBIDDEN, "this takes the role " + Role.BULK);
        }
        call.acceptOnly(LinkFormat.CONTENT_FORMAT);
        call.whenDone(
                bulk.shared().list(),
                listed -> {
                    List<Link> links = new ArrayList<>();
                    for (Listed each : listed) {
                        if (call.caller().may(Role.BULK, each.name().segments())) {
                            links.add(
                                    Link.to("/files/" + each.name())
                                            .with("ct", Integer.toString(OCTETS))
                                            .with("sz", Long.toString(each.bytes())));
                        }
                    }
                    byte[] all = LinkFormat.write(LinkFormat.filter(links, call.request().query()));
                    if (call.exchange().blockBytesMax() == 0 && all.length > SMALL_BYTES_MAX) {
                        call.refuse(
                                new Refusal(
                                        Call.TOO_LARGE,
                                        "the list has "
                                                + all.length
                                                + " bytes: ask over TCP, on the same port"));
                    } else {
                        call.contentOnce(LinkFormat.CONTENT_FORMAT, all);
                    }
                });
    }

    /** {@code /files/{name}}. */
    void one(Call call, List<String> path) throws Refusal {
        call.allow(Request.Method.GET);
        refuseOnMonitor(call);
        FileName name = name(path);
        require(call, name);
        call.knows(Set.of("from", "hash"));
        String hash = call.value("hash");
        if (hash != null) {
            if (!hash.equals("sha-256")) {
                throw Call.bad("hash is sha-256, not '" + hash + "'");
            }
            Format format = call.document();
            call.whenDone(bulk.shared().digest(name), digest -> tell(call, digest, format));
            return;
        }
        call.acceptOnly(OCTETS);
        long from = call.whole("from", 0);
        call.whenDone(
                bulk.shared().open(name),
                file -> {
                    try {
                        answer(call, file, from);
                    } catch (Refusal e) {
                        close(file.channel());
                        call.refuse(e);
                    } catch (RuntimeException e) {
                        close(file.channel());
                        throw e;
                    }
                });
    }

    static FileName name(List<String> path) throws Refusal {
        try {
            return FileName.of(path);
        } catch (FileRefused e) {
            throw Call.refusal(e);
        }
    }

    static void require(Call call, FileName name) throws Refusal {
        if (!call.caller().may(Role.BULK, name.segments())) {
            throw new Refusal(Call.FORBIDDEN, "this takes the role " + Role.BULK);
        }
    }

    /** There it doesn't exist, whoever asks. */
    static void refuseOnMonitor(Call call) throws Refusal {
        if (call.caller().via().onlyReads()) {
            throw new Refusal(Call.NOT_FOUND, "there are no files on this endpoint");
        }
    }

    private static void tell(Call call, Digest digest, Format format) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("sha256", digest.sha256());
        fields.put("size", digest.bytes());
        fields.put("etag", HexFormat.of().formatHex(digest.etag()));
        call.contentOnce(format.document(), Document.write(fields, format));
    }

    /** Where a block lies, and what follows it. */
    private record Stretch(long from, int bytes, Block block) {}

    /** The block that is asked for, or the first one, of so many bytes from a place on. */
    private static Stretch stretch(Call call, long from, long size) throws Refusal {
        Block asked = call.request().part().block2();
        int most = call.exchange().blockBytesMax();
        int exponent = asked == null ? Options.BERT : asked.sizeExponent();
        if (most <= KILOBYTE) {
            exponent = Math.min(exponent, Options.BERT - 1);
        }
        int unit = new Block(0, false, exponent).unitBytes();
        // Who is given smaller blocks than it asked for begins with the first, or counts in these.
        long at = from + (asked == null ? 0 : asked.from());
        if (at > size || (at == size && at > from)) {
            throw Call.bad("the file has " + size + " bytes, and none at " + at);
        }
        long left = size - at;
        long room = exponent == Options.BERT ? most / KILOBYTE * (long) KILOBYTE : unit;
        int bytes = (int) Math.min(left, room);
        return new Stretch(
                at, bytes, new Block((int) ((at - from) / unit), bytes < left, exponent));
    }

    private void answer(Call call, Opened file, long from) throws Refusal {
        if (from > file.bytes()) {
            throw Call.bad("the file has " + file.bytes() + " bytes, and none at " + from);
        }
        long size = file.bytes() - from;
        Part asked = call.request().part();
        if (call.exchange().blockBytesMax() == 0) {
            call.contentOnce(OCTETS, small(file, from, size));
            close(file.channel());
            return;
        }
        boolean held = asked.etags().stream().anyMatch(etag -> Arrays.equals(etag, file.etag()));
        if (held && (asked.block2() == null || asked.block2().number() == 0) && from == 0) {
            close(file.channel());
            Part part = new Part(List.of(file.etag()), null, null, Request.NONE, null);
            call.exchange()
                    .respondOnce(new Response(VALID, Request.NONE, NOTHING, MAX_AGE_SECONDS, part));
            return;
        }
        Stretch stretch = stretch(call, from, file.bytes());
        boolean whole = asked.block2() == null && !stretch.block().more();
        Part part =
                new Part(
                        List.of(file.etag()),
                        null,
                        whole ? null : stretch.block(),
                        size,
                        new FileRange(
                                file.channel(),
                                stretch.from(),
                                stretch.bytes(),
                                () -> close(file.channel())));
        Response response = new Response(CONTENT, OCTETS, NOTHING, MAX_AGE_SECONDS, part);
        paced(call, stretch.bytes(), () -> call.exchange().respondOnce(response));
    }

    /** What goes out over the network keeps to the pace. */
    private void paced(Call call, int bytes, Runnable respond) {
        long wait =
                call.caller().via() == Via.NETWORK
                        ? bulk.pace().delayNanos(bytes, time.monotonicNanos())
                        : 0;
        if (wait == 0) {
            respond.run();
        } else {
            bulk.later().run(respond, wait);
        }
    }

    private static byte[] small(Opened file, long from, long size) throws Refusal {
        if (size > SMALL_BYTES_MAX) {
            throw new Refusal(
                    Call.TOO_LARGE,
                    "over UDP files have at most "
                            + SMALL_BYTES_MAX
                            + " bytes, and this one has "
                            + size
                            + ": ask over TCP, on the same port");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size);
        try {
            while (bytes.hasRemaining()
                    && file.channel().read(bytes, from + bytes.position()) > 0) {
                // The next bytes.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It was only read.
        }
    }

    /** {@code /peers/{peer}/files} and below, on the socket: what the peer answers. */
    void ofPeer(Call call, List<String> path) throws Refusal {
        call.allow(Request.Method.GET);
        Peer peer = peer(peers, path.get(1));
        Request asked = call.request();
        Request forwarded =
                new Request(
                        Request.Method.GET,
                        path.subList(2, path.size()),
                        asked.query(),
                        asked.accept(),
                        Request.NONE,
                        NOTHING,
                        false,
                        asked.caller(),
                        asked.part());
        var _ =
                bulk.peers()
                        .get(peer.id(), forwarded)
                        .whenComplete((response, error) -> {
                            if (error == null) {
                                call.exchange().respondOnce(response);
                            } else {
                                String why =
                                        error.getCause() == null
                                                ? String.valueOf(error.getMessage())
                                                : String.valueOf(error.getCause().getMessage());
                                call.refuse(Refusal.busy(peer.name() + ": " + why));
                            }
                        });
    }

    /** The peer that somebody means by its name or its ID. */
    static Peer peer(Peers peers, String text) throws Refusal {
        Optional<NodeId> id = NodeId.parse(text);
        return peers.list().stream()
                .filter(peer ->
                        peer.name().equals(text) || id.filter(peer.id()::equals).isPresent())
                .findFirst()
                .orElseThrow(() ->
                        new Refusal(
                                Call.NOT_FOUND,
                                "no peer is called '" + text + "'; 'pipit peer list' has all"));
    }
}
