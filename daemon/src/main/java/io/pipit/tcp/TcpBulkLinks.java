package io.pipit.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.pipit.model.NodeId;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.TimeSource;
import io.pipit.port.bulk.BulkEvent;
import io.pipit.port.bulk.BulkLinks;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Part.Loan;
import io.pipit.resource.exchange.PeerFiles;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.tcp.session.Ask;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Bulk over TCP: files into peers' inboxes, and blocks of what peers share. It has connections of
 * its own, so that what is live never waits behind a block. Its state lives on the event loop;
 * calls from elsewhere are handed to that.
 */
public final class TcpBulkLinks implements BulkLinks, PeerFiles {
    /** The largest answer that is kept in memory: one block and the words around it, bytes. */
    private static final int ANSWER_BYTES_MAX = 260 * 1024;

    /** How long a block of a peer's file may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EventLoop loop;
    private final TcpNetwork network;
    private final Function<NodeId, List<InetSocketAddress>> directory;
    private final Inbox inbox;
    private final TimeSource time;
    private final Counter resent;

    // On the event loop alone:
    private final Map<NodeId, PeerRoute> routes = new HashMap<>();
    private final Map<Long, FilePush> pushes = new HashMap<>();

    /**
     * @param directory where a peer may be, best first; any thread, must not block
     * @param inbox what comes of it goes here
     */
    public TcpBulkLinks(
            EventLoop loop,
            TcpNetwork network,
            Function<NodeId, List<InetSocketAddress>> directory,
            Inbox inbox,
            TimeSource time,
            Metrics metrics) {
        this.loop = loop;
        this.network = network;
        this.directory = directory;
        this.inbox = inbox;
        this.time = time;
        this.resent =
                metrics.counter(
                        "pipit_transfers_bytes_lost",
                        "Bytes of files that were under way when a connection broke.");
    }

    @Override
    public void push(Push push) {
        loop.execute(() -> {
            FilePush one =
                    new FilePush(
                            push,
                            route(push.file().peer()),
                            time,
                            (task, nanos) -> loop.later(task, nanos),
                            new FilePush.Watch() {
                                @Override
                                public void progress(long bytes) {
                                    tell(new BulkEvent.Progress(push.file().number(), bytes));
                                }

                                @Override
                                public void ended(
                                        BulkEvent.Outcome outcome, String reason, long lost) {
                                    pushes.remove(push.file().number());
                                    resent.add(lost);
                                    tell(
                                            new BulkEvent.PushEnded(
                                                    push.file().number(), outcome, reason));
                                }
                            });
            pushes.put(push.file().number(), one);
            one.begin();
        });
    }

    private void tell(BulkEvent event) {
        inbox.offer(new Event.Bulk(event));
    }

    @Override
    public void stop(long number) {
        loop.execute(() -> {
            FilePush push = pushes.get(number);
            if (push != null) {
                push.stop("stopped here");
            }
        });
    }

    /** Ends everything with a peer that isn't trusted any more. */
    public void forget(NodeId peer) {
        loop.execute(() -> {
            PeerRoute route = routes.remove(peer);
            if (route != null) {
                route.close("no longer trusted");
            }
        });
    }

    private PeerRoute route(NodeId peer) {
        return routes.computeIfAbsent(peer, id -> new PeerRoute(id, network, directory));
    }

    @Override
    public CompletionStage<Response> get(NodeId peer, Request request) {
        Reading reading = new Reading(ByteBufAllocator.DEFAULT);
        Options.Builder options = new Options.Builder().uri(request.path(), request.query());
        if (request.accept() != Request.NONE) {
            options.add(Options.ACCEPT, request.accept());
        }
        request.part().etags().forEach(etag -> options.add(Options.ETAG, etag));
        Options.Block wanted = request.part().block2();
        if (wanted != null) {
            options.add(Options.BLOCK2, wanted.encoded());
        }
        Ask ask = new Ask(Frame.GET, options.build(), PATIENCE, reading);
        loop.execute(() -> {
            var _ = route(peer).ask(ask);
        });
        return reading.answer;
    }

    /** One answer of a peer, all of it in memory; who gets it gives a large one back. */
    static final class Reading implements Ask.Outcome {
        final CompletableFuture<Response> answer = new CompletableFuture<>();
        private final ByteBufAllocator allocator;
        private @Nullable ByteBuf large;
        private boolean over;

        Reading(ByteBufAllocator allocator) {
            this.allocator = allocator;
        }

        @Override
        public @Nullable Intake intake(Frame head, int bytes) {
            if (bytes > ANSWER_BYTES_MAX) {
                return null;
            }
            // Outside the heap, which some dozens of them would make grow, and free at once for the
            // next; the connection goes on whatever becomes of this one.
            ByteBuf all = allocator.directBuffer(bytes);
            return new Intake() {
                @Override
                public void take(ByteBuffer part, Runnable taken) {
                    all.writeBytes(part);
                    taken.run();
                }

                @Override
                public void end() {
                    if (over) {
                        // It took too long: nobody is told of it any more.
                        all.release();
                    } else {
                        large = all;
                    }
                }

                @Override
                public void broken() {
                    // The request fails for that.
                    all.release();
                }
            };
        }

        @Override
        public void answered(Frame frame) {
            Options options = frame.options();
            ByteBuf lent = large;
            Loan loan = lent == null ? null : new Loan(lent.nioBuffer(), () -> lent.release());
            answer.complete(
                    new Response(
                            frame.code(),
                            (int) options.number(Options.CONTENT_FORMAT).orElse(Request.NONE),
                            frame.payload(),
                            options.number(Options.MAX_AGE).orElse(0),
                            new Part(
                                    options.all(Options.ETAG),
                                    null,
                                    options.block(Options.BLOCK2).orElse(null),
                                    options.number(Options.SIZE2).orElse(Request.NONE),
                                    loan)));
        }

        @Override
        public void failed(String reason) {
            over = true;
            answer.completeExceptionally(new IOException(reason));
        }
    }
}
