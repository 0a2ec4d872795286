package io.pipit.tcp;

import io.pipit.port.TimeSource;
import io.pipit.port.bulk.BulkEvent.Outcome;
import io.pipit.port.bulk.BulkLinks.Push;
import io.pipit.port.bulk.Outgoing;
import io.pipit.resource.exchange.Part.FileRange;
import io.pipit.tcp.session.Ask;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.Options.Block;
import io.pipit.wire.ProblemDetails;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One file on its way into a peer's inbox: asks how much of it is held there, and sends what
 * follows in blocks, several of them under way, until the peer says that it is complete. On the
 * event loop.
 */
final class FilePush {
    /** Blocks without an answer: what is sent again after a cut, at the most. */
    static final int WINDOW_BLOCKS = 8;

    /** The largest block, bytes. */
    static final int BLOCK_BYTES_MAX = 256 * 1024;

    /** Numbers of blocks count from a place that follows after so much, bytes. */
    static final long STRIDE_BYTES = 512L << 20;

    /** Header, token, options with the longest name, and the queries: bytes. */
    private static final int OVERHEAD_BYTES = 2_048;

    /** How long a block may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * How long the peer may take to say what it holds, or to make the whole durable: it may have to
     * read all of it from a slow card.
     */
    private static final Duration COUNTING = Duration.ofMinutes(15);

    /** How often progress is told, nanoseconds. */
    private static final long PROGRESS_NANOS = 100_000_000;

    private static final int CREATED = 201;
    private static final int CHANGED = 204;
    private static final int CONTENT = 205;
    private static final int CONTINUE = 231;

    /** Hears how it goes. */
    interface Watch {
        void progress(long bytes);

        /**
         * It is over.
         *
         * @param lost bytes that were under way
         */
        void ended(Outcome outcome, String reason, long lost);
    }

    private final Push push;
    private final Outgoing file;
    private final PeerRoute route;
    private final TimeSource time;
    private final ObjLongConsumer<Runnable> later;
    private final Watch watch;
    private final List<String> path = new ArrayList<>();
    private @Nullable FileChannel content;
    private int blockBytes;
    private long base;
    private long next;
    private long held;
    private int underWay;
    private int ranges;
    private boolean waiting;
    private boolean over;
    private long toldNanos;

    /**
     * @param later runs a task after so many nanoseconds
     */
    FilePush(
            Push push,
            PeerRoute route,
            TimeSource time,
            ObjLongConsumer<Runnable> later,
            Watch watch) {
        this.push = push;
        this.file = push.file();
        this.route = route;
        this.time = time;
        this.later = later;
        this.watch = watch;
        path.add("inbox");
        path.addAll(file.name().segments());
    }

    private Options.Builder about() {
        return new Options.Builder()
                .uri(path, List.of("sha256=" + file.sha256(), "size=" + file.bytes()));
    }

    void begin() {
        Options options = about().add(Options.ACCEPT, Format.JSON.document()).build();
        PeerRoute.Errand[] errand = new PeerRoute.Errand[1];
        errand[0] =
                route.ask(
                        new Ask(
                                Frame.GET,
                                options,
                                COUNTING,
                                new Ask.Outcome() {
                                    @Override
                                    public void answered(Frame answer) {
                                        stands(answer, errand[0]);
                                    }

                                    @Override
                                    public void failed(String reason) {
                                        end(Outcome.BROKEN, reason);
                                    }
                                }));
    }

    private void stands(Frame answer, PeerRoute.Errand errand) {
        if (over) {
            return;
        }
        if (answer.code() != CONTENT) {
            refused(answer);
            return;
        }
        try {
            Document document = Document.read(answer.payload(), Format.JSON);
            held = document.get("held").whole(-1);
            if (document.get("complete").flag(false)) {
                end(Outcome.DELIVERED, "");
                return;
            }
            if (held < 0 || held > file.bytes()) {
                end(Outcome.BROKEN, "the peer holds " + held + " of " + file.bytes() + " bytes");
                return;
            }
            content = FileChannel.open(file.content());
            if (content.size() != file.bytes()) {
                end(Outcome.BROKEN, file.content() + " isn't what it was when it was queued");
                return;
            }
        } catch (WireException e) {
            end(Outcome.BROKEN, "an answer that can't be read: " + e.getMessage());
            return;
        } catch (IOException e) {
            end(Outcome.BROKEN, "the file in the queue can't be read: " + e);
            return;
        }
        blockBytes = Math.min(BLOCK_BYTES_MAX, errand.blockBytesMax(OVERHEAD_BYTES));
        if (blockBytes == 0) {
            end(Outcome.BROKEN, "the peer takes no files in parts");
            return;
        }
        next = held;
        base = held;
        tell(held);
        go();
    }

    /** Sends what there is room for. */
    private void go() {
        while (!over && !waiting && underWay < WINDOW_BLOCKS && mayBegin()) {
            int bytes = (int) Math.min(blockBytes, file.bytes() - next);
            long delay = push.pace().delayNanos(bytes, time.monotonicNanos());
            if (delay > 0) {
                waiting = true;
                later.accept(
                        () -> {
                            waiting = false;
                            if (!over) {
                                send(bytes);
                                go();
                            }
                        },
                        delay);
            } else {
                send(bytes);
            }
        }
    }

    /** Whether there is something to send: of an empty file one block with nothing in it. */
    private boolean mayBegin() {
        return next < file.bytes() || (file.bytes() == 0 && underWay == 0);
    }

    private void send(int bytes) {
        FileChannel from = content;
        if (from == null) {
            return;
        }
        if (next - base >= STRIDE_BYTES) {
            base = next;
        }
        long after = next + bytes;
        boolean last = after == file.bytes();
        Block block = new Block((int) ((next - base) / 1_024), !last, Options.BERT);
        Options.Builder options = about().add(Options.BLOCK1, block.encoded());
        if (base > 0) {
            options.add(Options.URI_QUERY, "from=" + base);
        }
        FileRange range = bytes == 0 ? null : new FileRange(from, next, bytes, this::released);
        ranges += bytes == 0 ? 0 : 1;
        underWay++;
        next = after;
        var _ =
                route.ask(
                        new Ask(
                                Frame.PUT,
                                options.build(),
                                new byte[0],
                                range,
                                last ? COUNTING : PATIENCE,
                                new Ask.Outcome() {
                                    @Override
                                    public void answered(Frame answer) {
                                        taken(answer, after, last);
                                    }

                                    @Override
                                    public void failed(String reason) {
                                        end(Outcome.BROKEN, reason);
                                    }
                                }));
    }

    private void taken(Frame answer, long after, boolean last) {
        underWay--;
        if (over) {
            return;
        }
        int code = answer.code();
        if (last && (code == CHANGED || code == CREATED)) {
            held = file.bytes();
            end(Outcome.DELIVERED, "");
        } else if (code == CONTINUE || code == CHANGED) {
            held = Math.max(held, after);
            tell(held);
            go();
        } else {
            refused(answer);
        }
    }

    private void tell(long bytes) {
        long now = time.monotonicNanos();
        if (toldNanos == 0 || now - toldNanos >= PROGRESS_NANOS) {
            toldNanos = now;
            watch.progress(bytes);
        }
    }

    private void refused(Frame answer) {
        String said = answer.codeText();
        try {
            long format = answer.options().number(Options.CONTENT_FORMAT).orElse(-1);
            said =
                    format == ProblemDetails.CONTENT_FORMAT
                            ? ProblemDetails.decode(answer.payload()).detail()
                            : said + " " + answer.diagnostic();
        } catch (WireException e) {
            // The code says enough.
        }
        // Somebody there has to do something: a role, a folder, a quota.
        boolean lasting =
                switch (answer.code()) {
                    case 400, 401, 403, 404, 405, 413 -> true;
                    default -> false;
                };
        end(lasting ? Outcome.REFUSED : Outcome.BROKEN, said);
    }

    void stop(String reason) {
        end(Outcome.BROKEN, reason);
    }

    private void end(Outcome outcome, String reason) {
        if (!over) {
            over = true;
            closeUnused();
            watch.ended(outcome, reason, outcome == Outcome.DELIVERED ? 0 : next - held);
        }
    }

    /** A stretch was sent, or won't be; on any thread. */
    private void released() {
        later.accept(
                () -> {
                    ranges--;
                    closeUnused();
                },
                0);
    }

    private void closeUnused() {
        FileChannel open = content;
        if (over && ranges == 0 && open != null) {
            content = null;
            try {
                open.close();
            } catch (IOException e) {
                // It was only read.
            }
        }
    }
}
