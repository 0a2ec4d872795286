package io.pipit.cli.demo;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.config.text.Durations;
import io.pipit.config.text.Malformed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pipit demo}: several nodes on this machine, what they tell each other, and a count. */
@Command(
        name = "demo",
        description = "Start several nodes on this machine and watch them share their readings.",
        footer = {
            "",
            "Each is a process of its own with real sockets; they find each other, pair by a code,"
                    + " measure this machine and a simulated BME280, and exchange the readings over"
                    + " DTLS. Needs no root, no"
                    + " hardware and no configuration, and leaves nothing behind. At the end it counts"
                    + " in the nodes' stores what is missing or there twice: exit code 0 where nothing"
                    + " is."
        })
public final class DemoVerb implements Callable<Integer> {
    private static final int NODES_MIN = 2;
    private static final int NODES_DEFAULT = 3;
    private static final long REFRESH_NANOS = 500_000_000;
    private static final long PLAIN_NANOS = 5_000_000_000L;
    private static final long JSON_NANOS = 1_000_000_000;
    private static final int SETTLE_SECONDS_MAX = 15;
    private static final int CLOSE_SECONDS_MAX = 60;
    private static final long SETTLE_POLL_MILLIS = 250;

    private final Surroundings surroundings;
    private volatile int exitCode = Failure.FAILED;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);

    @Option(names = "--nodes", paramLabel = "N", description = "How many, 2 to 16. Default: 3.")
    private int nodes = NODES_DEFAULT;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            description = "How long, such as 20s. Default: until Ctrl-C.")
    private @Nullable String duration;

    @Option(names = "--json", description = "Print a JSON object a line, for programs.")
    private boolean json;

    public DemoVerb(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        if (nodes < NODES_MIN || nodes > Fleet.NAMES.size()) {
            throw new Failure(
                    Failure.USAGE, "--nodes is 2 to " + Fleet.NAMES.size() + ", not " + nodes);
        }
        Duration length = length();
        Fleet fleet = Fleet.prepare(surroundings);
        // Ctrl-C ends the watching, not the counting.
        Thread hook = surroundings.threads().newThread(this::stopAndWait);
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            say("starting " + nodes + " nodes ...");
            fleet.start(nodes);
            fleet.pair((number, of) -> say("pairing " + number + " of " + of + " ..."));
            exitCode = run(fleet, length);
            return exitCode;
        } finally {
            fleet.close();
            done.countDown();
            removeHook(hook);
        }
    }

    private @Nullable Duration length() throws Failure {
        try {
            return duration == null ? null : Durations.parse(duration);
        } catch (Malformed e) {
            throw new Failure(Failure.USAGE, "--for: " + e.getMessage());
        }
    }

    private void stopAndWait() {
        stopped.countDown();
        try {
            if (done.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                // What came of the count, not that it was a signal that ended it.
                surroundings.out().flush();
                Runtime.getRuntime().halt(exitCode);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // Going down already: the hook runs, and ends with us.
        }
    }

    private void say(String text) {
        if (!json) {
            surroundings.line(text);
        }
    }

    private int run(Fleet fleet, @Nullable Duration length) throws Failure {
        List<Daemon> daemons = new ArrayList<>();
        try {
            for (Fleet.Node node : fleet.nodes()) {
                daemons.add(fleet.connect(node));
            }
            watch(fleet, daemons, length);
            return count(fleet, daemons);
        } finally {
            daemons.forEach(Daemon::close);
        }
    }

    private void watch(Fleet fleet, List<Daemon> daemons, @Nullable Duration length)
            throws Failure {
        LiveView view = new LiveView(surroundings, fleet.nodes());
        long start = surroundings.nanoTime().getAsLong();
        long step = json ? JSON_NANOS : surroundings.terminal() ? REFRESH_NANOS : PLAIN_NANOS;
        view.open(json);
        try {
            for (long round = 1; ; round++) {
                for (int i = 0; i < daemons.size(); i++) {
                    if (!fleet.nodes().get(i).process().isAlive()) {
                        throw new Failure(
                                Failure.FAILED,
                                "the node "
                                        + fleet.nodes().get(i).name()
                                        + " ended: "
                                        + fleet.lastWords(fleet.nodes().get(i)));
                    }
                    view.take(i, daemons.get(i).newest("**"), daemons.get(i).peerStates());
                }
                long elapsed = surroundings.nanoTime().getAsLong() - start;
                view.show(Duration.ofNanos(elapsed), length);
                long wait = Math.max(step / 10, round * step - elapsed);
                if (length != null) {
                    wait = Math.min(wait, length.toNanos() - elapsed);
                }
                if (wait <= 0 || stopped.await(wait, TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            view.close();
        }
    }

    private int count(Fleet fleet, List<Daemon> daemons) throws Failure {
        say("counting ...");
        List<Fleet.Node> all = fleet.nodes();
        Audit audit = new Audit();
        for (int i = 0; i < all.size(); i++) {
            audit.begin(all.get(i).name(), daemons.get(i));
        }
        long deadline =
                surroundings.nanoTime().getAsLong() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS_MAX);
        List<Audit.Result> results;
        boolean ok;
        do {
            results = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                results.add(audit.look(all.get(i).name(), daemons.get(i)));
            }
            // Missing may be on its way still; there twice won't get better.
            ok = results.stream().allMatch(Audit.Result::isRight);
        } while (!ok
                && results.stream().allMatch(r -> r.duplicates() == 0)
                && surroundings.nanoTime().getAsLong() - deadline < 0
                && settle());
        ok &= results.stream().allMatch(r -> r.own().readings() > 0);
        if (json) {
            Map<String, Object> last = new LinkedHashMap<>();
            last.put("ok", ok);
            last.put("nodes", results.stream().map(Audit.Result::document).toList());
            surroundings.json(last);
        } else {
            LiveView.summary(surroundings, results);
            say(
                    ok
                            ? "every reading is at every node, once"
                            : "not every reading is at every node once");
        }
        return ok ? 0 : Failure.FAILED;
    }

    private static boolean settle() {
        java.util.concurrent.locks.LockSupport.parkNanos(
                TimeUnit.MILLISECONDS.toNanos(SETTLE_POLL_MILLIS));
        return !Thread.currentThread().isInterrupted();
    }
}
