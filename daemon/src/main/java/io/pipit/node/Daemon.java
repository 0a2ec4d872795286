package io.pipit.node;

import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Launcher;
import io.pipit.config.Configuration;
import io.pipit.config.ConfigurationLoader;
import io.pipit.config.Environment;
import io.pipit.config.LoadedConfiguration;
import io.pipit.config.toml.Problem;
import io.pipit.drivers.Drivers;
import io.pipit.host.HangupSignal;
import io.pipit.host.Journal;
import io.pipit.host.ServiceNotifier;
import io.pipit.host.SystemTime;
import io.pipit.host.Threads;
import io.pipit.identity.IdentityException;
import io.pipit.monitor.Counter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code pipit run}: a node from its configuration to SIGTERM, and what systemd is told of it.
 * Lives on the main thread.
 */
final class Daemon implements Launcher {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    /**
     * So long the loop may be at one thing, and the store's writer too, until they count as hung.
     */
    private static final Duration STALL_MAX = Duration.ofSeconds(10);

    /** Looks at it within the watchdog's time. */
    private static final int LOOKS = 5;

    /** What {@code systemctl status} shows is at most so old where there is no watchdog. */
    private static final Duration STATUS_EVERY = Duration.ofSeconds(10);

    /** The JVM waits so long for the node to commit and close before it ends all the same. */
    private static final Duration STOP_MAX = Duration.ofSeconds(5);

    /** One of each kind may wait. */
    private static final int SIGNALS_MAX = 4;

    private enum Signal {
        RELOAD,
        STOP,
        /** The next start sets the damaged store aside and begins a new one. */
        DAMAGED,
        /** The store that wasn't to be had is: the node is started anew, in this process. */
        MENDED,
        /** The node's key is another one now: it is started anew with that, likewise. */
        RENEWED
    }

    private final ConfigurationLoader loader;
    private final Drivers drivers;
    private final Map<String, String> environment;
    private final PrintStream err;

    Daemon(Drivers drivers, Map<String, String> environment, PrintStream err) {
        this.loader = DriverCatalogue.loader(drivers);
        this.drivers = drivers;
        this.environment = environment;
        this.err = err;
    }

    @Override
    public int run(Path file) {
        return switch (loader.load(file, Environment.ofProcess())) {
            case LoadedConfiguration.Accepted(Configuration configuration) ->
                    run(file, configuration);
            case LoadedConfiguration.Refused(List<Problem> problems, int omitted) -> {
                problems.forEach(err::println);
                if (omitted > 0) {
                    err.println("and " + omitted + " more");
                }
                // What the configuration misses may be in one of these jars.
                drivers.problems().forEach(err::println);
                yield Failure.CONFIGURATION;
            }
        };
    }

    private int run(Path file, Configuration configuration) {
        Journal journal =
                Journal.install(err, new SystemTime(), levelOf(configuration), environment);
        BlockingQueue<Signal> signals = new ArrayBlockingQueue<>(SIGNALS_MAX);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Threads(new Counter())
                                .named("shutdown")
                                .newThread(() -> end(signals, stopped)));
        HangupSignal.into(signals, Signal.RELOAD);
        try {
            Configuration present = configuration;
            while (true) {
                try (Node node = Node.start(present, drivers)) {
                    Signal signal = watch(file, node, signals, journal);
                    if (signal != Signal.MENDED && signal != Signal.RENEWED) {
                        return signal == Signal.STOP ? 0 : Failure.FAILED;
                    }
                    present = node.configuration();
                }
            }
        } catch (IOException | IdentityException e) {
            return cannotStart(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Failure.FAILED;
        } finally {
            stopped.countDown();
        }
    }

    /** What isn't the node's own to count. */
    static Counter missed(Node node) {
        return node.counter("pipit_systemd_failures", "Messages that systemd missed");
    }

    /** Until something ends it. */
    private Signal watch(Path file, Node node, BlockingQueue<Signal> signals, Journal journal)
            throws InterruptedException {
        try (ServiceNotifier systemd =
                ServiceNotifier.fromEnvironment(
                        environment, ProcessHandle.current().pid(), missed(node))) {
            node.damaged().thenAccept(reason -> signals.offer(Signal.DAMAGED));
            node.storeMended().thenAccept(now -> signals.offer(Signal.MENDED));
            node.renewed().thenAccept(now -> signals.offer(Signal.RENEWED));
            String refused = "";
            String said = node.condition();
            systemd.ready(said);
            while (true) {
                Signal signal = next(signals, lookAgain(systemd));
                if (signal == Signal.RELOAD) {
                    systemd.reloading(new SystemTime().monotonicMicros());
                    refused = reload(file, node, journal);
                    said = refused + node.condition();
                    systemd.ready(said);
                } else if (signal == Signal.MENDED || signal == Signal.RENEWED) {
                    return signal;
                } else if (signal != null) {
                    systemd.stopping("committing what is left");
                    return signal;
                } else {
                    if (node.isGettingOn(STALL_MAX)) {
                        systemd.alive();
                    } else {
                        systemd.hanging();
                    }
                    String now = refused + node.condition();
                    if (!now.equals(said)) {
                        said = now;
                        systemd.status(said);
                    }
                }
            }
        }
    }

    /** What Java says of files is often their name alone. */
    private static int cannotStart(Exception e) {
        Throwable cause = e instanceof IdentityException ? e.getCause() : e;
        String what =
                switch (e) {
                    case AccessDeniedException denied ->
                            denied.getFile()
                                    + ": not allowed for user "
                                    + System.getProperty("user.name")
                                    + "; give data-dir and run-dir to the user that pipit runs as,"
                                    + " or set others";
                    case FileSystemException file when file.getReason() == null -> file.toString();
                    default -> String.valueOf(e.getMessage());
                };
        LOG.error("can't start: {}", what);
        return cause instanceof AccessDeniedException ? Failure.NOT_ALLOWED : Failure.FAILED;
    }

    /**
     * So often that who hangs is noticed well within the watchdog's time; nobody to tell, no look.
     */
    private static @Nullable Duration lookAgain(ServiceNotifier systemd) {
        return systemd.isActive()
                ? systemd.watchdog().map(limit -> limit.dividedBy(LOOKS)).orElse(STATUS_EVERY)
                : null;
    }

    private static @Nullable Signal next(BlockingQueue<Signal> signals, @Nullable Duration atMost)
            throws InterruptedException {
        return atMost == null
                ? signals.take()
                : signals.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * All of the new configuration or, where it is wrong, all of the old one.
     *
     * @return what systemd is to say of it besides; empty where it was taken over
     */
    private String reload(Path file, Node node, Journal journal) {
        return switch (loader.load(file, Environment.ofProcess())) {
            case LoadedConfiguration.Accepted(Configuration configuration) -> {
                journal.heed(levelOf(configuration));
                List<String> later = node.apply(configuration);
                LOG.info("the configuration was read again: {}", node.status());
                if (!later.isEmpty()) {
                    LOG.warn(
                            "what changed in {} holds from the next start on",
                            String.join(", ", later));
                }
                yield "";
            }
            case LoadedConfiguration.Refused(List<Problem> problems, int omitted) -> {
                problems.forEach(problem -> LOG.error("{}", problem));
                LOG.error(
                        "nothing of the new configuration was taken over, the one before it goes on;"
                                + " errors: {}",
                        problems.size() + omitted);
                yield "the new configuration was refused, the one before it goes on; ";
            }
        };
    }

    /** The JVM ends when its hooks have: this one waits until the node is closed. */
    private static void end(BlockingQueue<Signal> signals, CountDownLatch stopped) {
        try {
            if (!signals.offer(Signal.STOP, STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)
                    || !stopped.await(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("it takes too long to stop; what isn't committed is given up");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String levelOf(Configuration configuration) {
        return switch (configuration.log().level()) {
            case ERROR -> "error";
            case WARNING -> "warn";
            case INFO -> "info";
            case DEBUG -> "debug";
        };
    }
}
