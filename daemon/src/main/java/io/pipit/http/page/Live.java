package io.pipit.http.page;

import com.sun.net.httpserver.HttpExchange;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.TimeSource;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.Senml;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Tells all viewers what happens, step by step, all on one thread; while there are none it does
 * nothing, and watches nothing. A step tells everybody the same bytes.
 */
final class Live implements AutoCloseable {
    /** Browsers that may watch at the same time. */
    static final int VIEWERS_MAX = 8;

    /** From one step to the next: a reading is seen at the latest after that. */
    static final long STEP_MILLIS = 500;

    /** How often is looked whether what isn't a reading has changed, steps. */
    private static final int LOOK_STEPS = 4;

    /** When to watch again where the tree had no room for that, steps. */
    private static final int AGAIN_STEPS = 10;

    private static final int NOT_YET = Integer.MIN_VALUE / 2;
    private static final double MICROS_PER_SECOND = 1e6;

    private final Tree tree;
    private final TimeSource time;
    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final Patience patience;
    private final Flow flow;
    private final Counter refused;
    private final Counter dropped;

    private final AtomicInteger present = new AtomicInteger();
    private final Queue<Viewer> coming = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean closed;

    // What follows is the stepping thread's own.
    private final List<Viewer> viewers = new ArrayList<>();
    private final List<Shown> shown =
            List.of(new Shown("health"), new Shown("peers"), new Shown("sensors"));
    private Tree.@Nullable Watch watch;
    private @Nullable Future<?> next;
    private int step;
    private int watchedStep = NOT_YET;

    /**
     * Nobody watches yet.
     *
     * @param executor one thread will do; steps are its only tasks, never two at a time
     * @param timer starts steps, and ends what takes too long
     */
    Live(
            Tree tree,
            TimeSource time,
            Metrics metrics,
            Executor executor,
            ScheduledExecutorService timer,
            Patience patience) {
        this.tree = tree;
        this.time = time;
        this.executor = executor;
        this.timer = timer;
        this.patience = patience;
        flow =
                new Flow(
                        metrics.counter(
                                "pipit_page_readings_dropped",
                                "Readings that the page didn't show live since there were too many"));
        refused =
                metrics.counter(
                        "pipit_page_viewers_refused", "Browsers beyond the limit of the page");
        dropped =
                metrics.counter(
                        "pipit_page_viewers_dropped",
                        "Browsers on the page that were let go since they didn't read");
        metrics.gauge("pipit_page_viewers", "Browsers that show the page", present::get);
    }

    /** A document of the tree, told when it has changed. */
    private final class Shown {
        private final String name;
        private @Nullable CompletableFuture<Response> asked;
        private byte @Nullable [] last;

        Shown(String name) {
            this.name = name;
        }

        /** Asks for it, or takes the answer; what to tell, null where there is no news. */
        byte @Nullable [] look() {
            if (asked == null && step % LOOK_STEPS == 0) {
                asked = tree.get(name, List.of(), Format.JSON.document());
            }
            if (asked == null || !asked.isDone()) {
                return null;
            }
            Response response = asked.join();
            asked = null;
            if (!response.isSuccess() || Arrays.equals(response.payload(), last)) {
                return null;
            }
            last = response.payload();
            return event();
        }

        /** As it was last told; null before that. */
        byte @Nullable [] event() {
            return last == null ? null : Viewer.event(name, last);
        }

        void forget() {
            asked = null;
            last = null;
        }
    }

    /**
     * Takes one more. Any thread; never blocks.
     *
     * @return whether there was room; where not, the request is the caller's to answer
     */
    boolean join(HttpExchange exchange) {
        if (closed || present.incrementAndGet() > VIEWERS_MAX) {
            present.decrementAndGet();
            refused.increment();
            return false;
        }
        coming.add(new Viewer(exchange, patience));
        wake();
        return true;
    }

    private void wake() {
        if (!closed && woken.compareAndSet(false, true)) {
            try {
                executor.execute(() -> {
                    woken.set(false);
                    step();
                });
            } catch (RejectedExecutionException e) {
                // Only where it is being closed: there is one such task at a time.
                woken.set(false);
            }
        }
    }

    private void step() {
        if (next != null) {
            next.cancel(false);
        }
        try {
            admit();
            if (!viewers.isEmpty()) {
                watch();
                tell();
            }
        } finally {
            step++;
            if (viewers.isEmpty()) {
                rest();
            } else if (!closed) {
                next = timer.schedule(this::wake, STEP_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void admit() {
        for (Viewer viewer = coming.poll(); viewer != null; viewer = coming.poll()) {
            if (viewers.isEmpty()) {
                step = 0;
            }
            viewers.add(viewer);
            try {
                viewer.begin(tree.get("history", List.of("newest=1"), Format.JSON.senml()));
                // By its own clock the browser can't tell what "an hour ago" is here.
                Map<String, Object> hello = Map.of("now", time.wallMicros() / MICROS_PER_SECOND);
                long now = time.monotonicNanos();
                viewer.tell(Viewer.event("clock", Document.write(hello, Format.JSON)), now);
                for (Shown document : shown) {
                    byte[] event = document.event();
                    if (event != null) {
                        viewer.tell(event, now);
                    }
                }
            } catch (IOException e) {
                viewers.remove(viewer);
                drop(viewer, e);
            }
        }
    }

    private void watch() {
        if ((watch == null || watch.isOver()) && step - watchedStep >= AGAIN_STEPS) {
            watchedStep = step;
            watch =
                    tree.watch(
                            "history",
                            Format.CBOR.senml(),
                            response -> flow.offer(response.payload()));
        }
    }

    private void tell() {
        List<byte[]> events = new ArrayList<>();
        for (Shown document : shown) {
            byte[] event = document.look();
            if (event != null) {
                events.add(event);
            }
        }
        List<Senml.Item> readings = flow.take(time.wallMicros());
        if (!readings.isEmpty()) {
            events.add(Viewer.event("readings", Senml.encode(readings, Format.JSON)));
        }
        long now = time.monotonicNanos();
        for (Iterator<Viewer> each = viewers.iterator(); each.hasNext(); ) {
            Viewer viewer = each.next();
            try {
                byte[] newest = viewer.newest();
                if (newest != null) {
                    viewer.tell(Viewer.event("readings", newest), now);
                }
                for (byte[] event : events) {
                    viewer.tell(event, now);
                }
                viewer.tellNothing(now);
            } catch (IOException e) {
                each.remove();
                drop(viewer, e);
            }
        }
    }

    private void drop(Viewer viewer, IOException why) {
        if (why instanceof ClosedByInterruptException) {
            dropped.increment();
        }
        present.decrementAndGet();
        viewer.end();
    }

    /** Nobody is there. */
    private void rest() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
        watchedStep = NOT_YET;
        flow.clear();
        shown.forEach(Shown::forget);
    }

    /** Watches nothing any more; who is connected is left to who closes the connections. */
    @Override
    public void close() {
        closed = true;
        executor.execute(() -> {
            viewers.clear();
            rest();
        });
    }
}
