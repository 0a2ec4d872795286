package io.pipit.cli;

import io.pipit.core.transfer.Transfers;
import io.pipit.files.Disk;
import io.pipit.files.InboxFolder;
import io.pipit.files.ShareFolder;
import io.pipit.files.SpoolFolder;
import io.pipit.identity.Statements;
import io.pipit.identity.TrustStore;
import io.pipit.identity.statement.Statement;
import io.pipit.model.Filter;
import io.pipit.model.Grant;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Timeline;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks;
import io.pipit.port.ReadingHistory;
import io.pipit.port.SensorStatus;
import io.pipit.port.TimeSource;
import io.pipit.port.bulk.BulkEvent;
import io.pipit.port.bulk.BulkEvent.Outcome;
import io.pipit.port.bulk.BulkLinks;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.Incoming;
import io.pipit.port.bulk.Incoming.Sink;
import io.pipit.port.bulk.Outgoing;
import io.pipit.port.bulk.Pace;
import io.pipit.port.bulk.SharedFiles;
import io.pipit.resource.Bulk;
import io.pipit.resource.Peers;
import io.pipit.resource.ResourceTree;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.PeerFiles;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * This node's folders and resources, and those of a peer, with what is between them done by hand:
 * everything but the network.
 */
final class TwoNodes implements AutoCloseable, BulkLinks, PeerFiles, TimeSource {
    static final NodeId SHED = FakeTree.PEER;
    private static final int BLOCK_BYTES = 64 * 1_024;

    final Path share;
    final Path inbox;
    final ResourceTree near;
    final Metrics metrics = new Metrics();

    /** Blocks that the peer gives before it is away. */
    final AtomicInteger blocksUntilAway = new AtomicInteger(Integer.MAX_VALUE);

    /** Whether it isn't away for one block alone. */
    volatile boolean staysAway;

    /** Hears of each question before the peer does. */
    volatile Consumer<Request> beforeAnswer = _ -> {};

    /** What the peer answers to the next push; null where it takes it. */
    volatile BulkEvent.PushEnded refusal;

    private final ExecutorService loop = Executors.newSingleThreadExecutor();
    private final ExecutorService disk = Executors.newSingleThreadExecutor();
    private final ResourceTree far;
    private final InboxFolder farInbox;
    private final Transfers transfers;

    TwoNodes(Path folder) throws IOException {
        share = Files.createDirectories(folder.resolve("peers-share"));
        inbox = folder.resolve("peers-inbox");
        Disk files = new Disk(disk, 0, metrics);
        farInbox =
                new InboxFolder(
                        inbox, new InboxFolder.Limits(1L << 30, 1L << 30), "boot", files, this);
        far =
                tree(
                        new ShareFolder(share, files),
                        Incoming.NONE,
                        (peer, request) -> CompletableFuture.failedFuture(new IOException()));
        SpoolFolder spool =
                new SpoolFolder(
                        folder.resolve("spool"),
                        1L << 30,
                        files,
                        this,
                        file -> offer(new Event.Bulk(new BulkEvent.Spooled(file))));
        transfers =
                new Transfers(
                        this,
                        spool,
                        new Pace(Pace.UNLIMITED),
                        () -> 0,
                        this,
                        new Health(),
                        new Metrics());
        near = tree(SharedFiles.NONE, spool, this);
        offer(new Event.PeersKnown(List.of(new Peer(SHED, "shed", null, Set.of()))));
        spool.recover();
    }

    private boolean offer(Event event) {
        loop.execute(() -> {
            transfers.handle(event);
            transfers.tick();
        });
        return true;
    }

    private ResourceTree tree(SharedFiles shared, Incoming outbox, PeerFiles peers) {
        return new ResourceTree(
                new ResourceTree.Self(FakeTree.OWN, "greenhouse", FakeTree.LOG, 1, 1),
                new NoReadings(),
                this::offer,
                this,
                new Health(),
                new Metrics(),
                new OnePeer(),
                new NoSensors(),
                NoActuators.resources(),
                new Bulk(
                        shared,
                        Incoming.NONE,
                        outbox,
                        peers,
                        new Pace(Pace.UNLIMITED),
                        (task, nanos) -> loop.execute(task)),
                () -> CompletableFuture.completedFuture(List.of()),
                loop);
    }

    @Override
    public CompletionStage<Response> get(NodeId peer, Request request) {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        beforeAnswer.accept(request);
        int left = blocksUntilAway.decrementAndGet();
        if (left == 0 || (staysAway && left < 0)) {
            return CompletableFuture.failedFuture(new IOException("nobody answers"));
        }
        Request asPeer =
                new Request(
                        request.method(),
                        request.path(),
                        request.query(),
                        request.accept(),
                        Request.NONE,
                        new byte[0],
                        false,
                        new Caller(
                                Caller.Via.NETWORK,
                                FakeTree.OWN,
                                Set.of(Grant.of(Grant.Role.BULK))),
                        request.part());
        far.handle(
                asPeer,
                new Exchange() {
                    @Override
                    public int payloadBytesMax() {
                        return BLOCK_BYTES;
                    }

                    @Override
                    public int blockBytesMax() {
                        return BLOCK_BYTES;
                    }

                    @Override
                    public void respond(Response response) {
                        answer.complete(inMemory(response));
                    }

                    @Override
                    public void onClosed(Runnable action) {}
                });
        return answer;
    }

    private static Response inMemory(Response response) {
        Part part = response.part();
        if (!(part.body() instanceof Part.FileRange range)) {
            return response;
        }
        ByteBuffer bytes = ByteBuffer.allocate(range.bytes());
        try {
            while (bytes.hasRemaining()
                    && range.file().read(bytes, range.from() + bytes.position()) > 0) {
                // The next bytes.
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        range.release().run();
        return new Response(
                response.code(),
                response.contentFormat(),
                bytes.array(),
                response.maxAgeSeconds(),
                new Part(part.etags(), null, part.block2(), part.size(), null));
    }

    @Override
    public void push(Push push) {
        Outgoing file = push.file();
        BulkEvent.PushEnded no = refusal;
        if (no != null) {
            offer(
                    new Event.Bulk(
                            new BulkEvent.PushEnded(file.number(), no.outcome(), no.reason())));
            return;
        }
        Incoming.Coming coming =
                new Incoming.Coming("greenhouse", file.name(), file.sha256(), file.bytes(), "");
        Sink sink = farInbox.receive(coming, 0, true);
        try {
            sink.take(ByteBuffer.wrap(Files.readAllBytes(file.content())), () -> {});
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        sink.end();
        var _ =
                sink.outcome()
                        .whenComplete((held, error) -> {
                            Outcome outcome =
                                    error == null
                                            ? Outcome.DELIVERED
                                            : error instanceof FileRefused
                                                    ? Outcome.REFUSED
                                                    : Outcome.BROKEN;
                            offer(
                                    new Event.Bulk(
                                            new BulkEvent.PushEnded(
                                                    file.number(),
                                                    outcome,
                                                    String.valueOf(error))));
                        });
    }

    @Override
    public void stop(long number) {}

    @Override
    public long monotonicNanos() {
        return System.nanoTime();
    }

    @Override
    public long wallMicros() {
        return System.currentTimeMillis() * 1_000;
    }

    @Override
    public boolean synchronised() {
        return true;
    }

    @Override
    public void close() {
        loop.shutdownNow();
        disk.shutdownNow();
    }

    private static final class OnePeer implements Peers {
        @Override
        public List<Peer> list() {
            return List.of(new Peer(SHED, "shed", null, Set.of()));
        }

        @Override
        public Map<NodeId, Link> links(PeerLinks.Path path) {
            return Map.of();
        }

        @Override
        public void change(Peer.Change change, boolean again) {}

        @Override
        public void reload() {}

        @Override
        public void revoke(NodeId id) {}

        @Override
        public Statements statements() {
            throw new AssertionError("nobody asks for what was said of keys here");
        }

        @Override
        public NodeId rotate(boolean now) {
            return SHED;
        }

        @Override
        public Map<NodeId, String> clones() {
            return Map.of();
        }

        @Override
        public String foundBy(NodeId id) {
            return "";
        }

        @Override
        public List<InetSocketAddress> provedAt(NodeId id) {
            return List.of();
        }

        @Override
        public List<Rung> rungs() {
            return List.of();
        }

        @Override
        public TrustStore.Verdict take(Statement statement) {
            return TrustStore.Verdict.NOT_ALLOWED;
        }

        @Override
        public boolean met(NodeId peer, long instance) {
            return false;
        }

        @Override
        public void onChange(Runnable listener) {}

        @Override
        public void forget(Runnable listener) {}
    }

    private static final class NoSensors implements SensorStatus.Source {
        @Override
        public List<SensorStatus> statuses() {
            return List.of();
        }

        @Override
        public void onChange(Runnable listener) {}

        @Override
        public void forget(Runnable listener) {}
    }

    private static final class NoReadings implements ReadingHistory {
        @Override
        public CompletionStage<LogSlice> read(LogQuery query) {
            return CompletableFuture.failedFuture(new IOException("none"));
        }

        @Override
        public CompletionStage<Page> read(HistoryQuery query) {
            return CompletableFuture.completedFuture(new Page(List.of(), null));
        }

        @Override
        public CompletionStage<List<Kept>> newest(Filter filter) {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public Timeline timeline(NodeId origin, LogId log) {
            return Timeline.EMPTY;
        }

        @Override
        public long firstKept(NodeId origin, LogId log) {
            return 1;
        }

        @Override
        public Optional<Reading> latest(Series series) {
            return Optional.empty();
        }

        @Override
        public List<Series> series() {
            return List.of();
        }
    }
}
