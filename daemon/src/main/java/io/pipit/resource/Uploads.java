package io.pipit.resource;

import io.pipit.model.Grant.Role;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.bulk.BulkEvent;
import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.Incoming;
import io.pipit.port.bulk.Incoming.Coming;
import io.pipit.port.bulk.Incoming.Held;
import io.pipit.port.bulk.Incoming.Receiving;
import io.pipit.port.bulk.Incoming.Sink;
import io.pipit.port.bulk.TransferStatus;
import io.pipit.resource.Call.Refusal;
import io.pipit.resource.ResourceTree.Self;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.Options.Block;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /inbox}, into which peers put files; on the socket {@code /outbox}, which sends them, and
 * {@code /transfers}, which says how that goes. Thread-safe.
 */
final class Uploads {
    private static final int CHANGED = 204;
    private static final int CONTINUE = 231;
    private static final int DELETED = 202;
    private static final byte[] NOTHING = {};
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern UPLOAD = Pattern.compile("[0-9A-Za-z-]{1,64}");

    private final Self self;
    private final Bulk bulk;
    private final Peers peers;
    private final Inbox inbox;
    private final Executor executor;

    Uploads(Self self, Bulk bulk, Peers peers, Inbox inbox, Executor executor) {
        this.self = self;
        this.bulk = bulk;
        this.peers = peers;
        this.inbox = inbox;
        this.executor = executor;
    }

    /** {@code /inbox/{name}} or {@code /outbox/{peer}/{name}} in one message of a small size. */
    void one(Call call, List<String> path) throws Refusal {
        call.allow(Request.Method.PUT, Request.Method.GET);
        if (call.request().method() == Request.Method.GET) {
            tellHeld(call, path);
            return;
        }
        byte[] payload = call.request().payload();
        Sink sink = begin(call, path, payload.length);
        if (payload.length > 0) {
            sink.take(ByteBuffer.wrap(payload), () -> {});
        }
        sink.end();
    }

    /** The same of a large size; null where nothing takes that. */
    @Nullable Intake intake(Call call, List<String> path, long bytes) throws Refusal {
        call.allow(Request.Method.PUT);
        Sink sink = begin(call, path, bytes);
        return new Intake() {
            @Override
            public void take(ByteBuffer next, Runnable taken) {
                sink.take(next, taken);
            }

            @Override
            public void end() {
                sink.end();
            }

            @Override
            public void broken() {
                sink.broken();
            }
        };
    }

    private Sink begin(Call call, List<String> path, long bytes) throws Refusal {
        call.knows(Set.of("size", "sha256", "from", "upload"));
        Coming file = file(call, path);
        Block block = call.request().part().block1();
        long from = call.whole("from", 0);
        long at = from + (block == null ? 0 : block.from());
        boolean more = block != null && block.more();
        if (block != null && more && (bytes == 0 || bytes % block.unitBytes() != 0)) {
            throw Call.bad("a block that isn't the last has a whole number of its unit");
        }
        if (file.bytes() >= 0 && at + bytes > file.bytes()) {
            throw Call.bad(
                    "with this there are "
                            + (at + bytes)
                            + " bytes of a file that has "
                            + file.bytes());
        }
        Sink sink = target(path).receive(file, at, !more);
        call.whenDone(sink.outcome(), held -> answer(call, held, block));
        return sink;
    }

    private static void answer(Call call, Held held, @Nullable Block block) {
        int code = block != null && block.more() && !held.complete() ? CONTINUE : CHANGED;
        boolean tells = held.number() > 0;
        Part part =
                block == null || call.exchange().blockBytesMax() == 0
                        ? Part.NONE
                        : new Part(List.of(), block, null, Request.NONE, null);
        call.exchange()
                .respond(
                        new Response(
                                code,
                                tells ? Format.JSON.document() : Request.NONE,
                                tells ? Document.write(fields(held), Format.JSON) : NOTHING,
                                0,
                                part));
    }

    private Incoming target(List<String> path) {
        return path.getFirst().equals("inbox") ? bulk.inbox() : bulk.outbox();
    }

    private Coming file(Call call, List<String> path) throws Refusal {
        Files.refuseOnMonitor(call);
        boolean in = path.getFirst().equals("inbox");
        FileName name = Files.name(path.subList(in ? 1 : 2, path.size()));
        Files.require(call, name);
        String owner = in ? owner(call) : Files.peer(peers, path.get(1)).id().toString();
        String sha256 = Optional.ofNullable(call.value("sha256")).orElse("");
        if (!sha256.isEmpty() && !SHA256.matcher(sha256).matches()) {
            throw Call.bad("sha256 has 64 digits, 0 to 9 and a to f");
        }
        long size = call.whole("size", Incoming.UNKNOWN);
        if (!sha256.isEmpty() && size == Incoming.UNKNOWN) {
            throw Call.bad("with sha256 goes size, the bytes of the whole file");
        }
        String upload = Optional.ofNullable(call.value("upload")).orElse("");
        if (!upload.isEmpty() && !UPLOAD.matcher(upload).matches()) {
            throw Call.bad("upload has up to 64 letters and digits");
        }
        return new Coming(owner, name, sha256, size, upload);
    }

    /** Whose folder of the inbox is meant: the caller's own. */
    private String owner(Call call) {
        NodeId id = call.caller().peer();
        if (id == null) {
            return self.name();
        }
        return peers.list().stream()
                .filter(peer -> peer.id().equals(id))
                .map(Peer::name)
                .findFirst()
                .orElseGet(() -> Peer.nameFor(id));
    }

    /** How much of a file is held: where its sender goes on. */
    private void tellHeld(Call call, List<String> path) throws Refusal {
        call.knows(Set.of("size", "sha256", "upload"));
        Coming file = file(call, path);
        if (file.sha256().isEmpty() && file.upload().isEmpty()) {
            throw Call.bad("say which file: with sha256 and size");
        }
        Format format = call.document();
        call.whenDone(
                target(path).held(file),
                held -> call.contentOnce(format.document(), Document.write(fields(held), format)));
    }

    private static Map<String, Object> fields(Held held) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("held", held.bytes());
        fields.put("complete", held.complete());
        if (held.number() > 0) {
            fields.put("number", held.number());
        }
        if (!held.sha256().isEmpty()) {
            fields.put("sha256", held.sha256());
        }
        return fields;
    }

    /** {@code /transfers}: all, or one less. */
    void transfers(Call call) throws Refusal {
        call.allow(Request.Method.GET, Request.Method.DELETE);
        if (call.request().method() == Request.Method.DELETE) {
            call.knows(Set.of("number"));
            long number = call.whole("number", 0);
            CompletableFuture<Boolean> answer = new CompletableFuture<>();
            call.whenDone(
                    answer,
                    there -> {
                        if (there) {
                            call.done(DELETED);
                        } else {
                            call.refuse(
                                    new Refusal(
                                            Call.NOT_FOUND,
                                            "no transfer on its way has the number " + number));
                        }
                    });
            offer(new BulkEvent.Cancelled(number, answer), answer);
            return;
        }
        call.knows(Set.of());
        Format format = call.document();
        CompletableFuture<List<TransferStatus>> answer = new CompletableFuture<>();
        // Not on the node loop, which gives the answer.
        call.whenDone(
                answer.thenApplyAsync(all -> Document.write(document(all), format), executor),
                body -> call.contentOnce(format.document(), body));
        offer(new BulkEvent.Asked(answer), answer);
    }

    private void offer(BulkEvent event, CompletableFuture<?> answer) {
        if (!inbox.offer(new Event.Bulk(event))) {
            answer.completeExceptionally(Refusal.busy("the node is too busy to say how it stands"));
        }
    }

    private Map<String, Object> document(List<TransferStatus> all) {
        List<Map<String, Object>> transfers = new ArrayList<>();
        for (TransferStatus each : all) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("number", each.file().number());
            fields.put("direction", "out");
            fields.put("peer", nameOf(each.file().peer()));
            fields.put("name", each.file().name().toString());
            fields.put("state", each.state().toString());
            fields.put("bytes", each.bytes());
            fields.put("total", each.file().bytes());
            fields.put("rate", each.bytesPerSecond());
            if (each.secondsLeft() >= 0) {
                fields.put("seconds-left", Math.ceil(each.secondsLeft()));
            }
            if (!each.reason().isEmpty()) {
                fields.put("reason", each.reason());
            }
            fields.put("sha256", each.file().sha256());
            transfers.add(fields);
        }
        for (Receiving each : bulk.inbox().receiving()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("direction", "in");
            fields.put("peer", each.owner());
            fields.put("name", each.name().toString());
            fields.put("state", "receiving");
            fields.put("bytes", each.bytes());
            if (each.total() != Incoming.UNKNOWN) {
                fields.put("total", each.total());
            }
            transfers.add(fields);
        }
        return Map.of("transfers", transfers);
    }

    private String nameOf(NodeId id) {
        return peers.list().stream()
                .filter(peer -> peer.id().equals(id))
                .map(Peer::name)
                .findFirst()
                .orElseGet(id::toString);
    }

    /** Whether this caller sees that there are files at all. */
    static boolean shows(Call call) {
        return !call.caller().via().onlyReads() && call.caller().may(Role.BULK);
    }
}
