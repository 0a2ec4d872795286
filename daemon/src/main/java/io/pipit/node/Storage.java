package io.pipit.node;

import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingStore;
import io.pipit.store.SqliteStore;
import io.pipit.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the readings of one run of the node are: in its store or, while that can't be opened, in
 * memory. A core keeps the log that it began with, so a store that can be opened after all is not
 * taken over but said ({@link #mended}): the node starts anew on it. Made and closed by one thread.
 */
final class Storage implements AutoCloseable {
    /** How long after the first failure the store is tried again; each time twice as long. */
    static final long AGAIN_FIRST_MS = 1_000;

    /** At the most. */
    static final long AGAIN_LAST_MS = 60_000;

    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);

    private final Path file;
    private final SqliteStore.Settings settings;
    private final SqliteStore.Ports ports;
    private final @Nullable SqliteStore durable;
    private final MemoryStore memory;
    private final ScheduledExecutorService timer;
    private final CompletableFuture<Void> mended = new CompletableFuture<>();
    private long againMs = AGAIN_FIRST_MS;
    private String said = "";

    /**
     * Opens the store, or goes on without.
     *
     * @param timer for nothing else, since opening may take long
     * @throws SqliteStore.Refused where the store must not be touched: then somebody has to decide
     */
    Storage(
            Path file,
            SqliteStore.Settings settings,
            SqliteStore.Ports ports,
            ScheduledExecutorService timer)
            throws SqliteStore.Refused {
        this.file = file;
        this.settings = settings;
        this.ports = ports;
        this.timer = timer;
        this.memory =
                new MemoryStore(settings.self(), ports.entropy(), ports.names(), ports.inbox());
        SqliteStore opened = null;
        try {
            opened = SqliteStore.open(file, settings, ports);
        } catch (SqliteStore.Refused e) {
            throw e;
        } catch (IOException e) {
            isWithout(e);
            tryAgainLater();
        }
        this.durable = opened;
    }

    /** To append to. */
    ReadingStore writing() {
        return durable == null ? memory : durable;
    }

    /** To ask. */
    ReadingHistory reading() {
        return durable == null ? memory : durable;
    }

    /** Whether what is appended survives this process. */
    boolean isDurable() {
        return durable != null;
    }

    /** Completes when a store that couldn't be opened can be. */
    CompletionStage<Void> mended() {
        return mended.copy();
    }

    /** Completes, with what is wrong, when the store's file turns out to be damaged. */
    CompletionStage<String> damaged() {
        return durable == null ? new CompletableFuture<>() : durable.damaged();
    }

    /** When the writer last showed that it isn't stuck, monotonic nanoseconds. */
    long lastProgressNanos() {
        return durable == null ? ports.time().monotonicNanos() : durable.lastProgressNanos();
    }

    private void isWithout(IOException e) {
        String reason =
                e.getMessage()
                        + ". Readings go out live, and peers' are not fetched, until it opens; it"
                        + " is tried again by itself";
        ports.health().set(Part.STORE, Status.FAILED, reason);
        if (!reason.equals(said)) {
            said = reason;
            LOG.error("{}", reason);
            LOG.debug("the cause", e);
        }
    }

    private void tryAgainLater() {
        var _ = timer.schedule(this::tryAgain, againMs, TimeUnit.MILLISECONDS);
        againMs = Math.min(2 * againMs, AGAIN_LAST_MS);
    }

    /** As the next start will, and lets go of it at once. */
    private void tryAgain() {
        SqliteStore.Ports nowhere =
                new SqliteStore.Ports(
                        ports.names(),
                        event -> true,
                        ports.time(),
                        ports.threads(),
                        new Health(),
                        new Metrics(),
                        ports.entropy());
        try {
            SqliteStore.open(file, settings, nowhere).close();
            LOG.info("the store {} can be opened now; the node starts anew on it", file);
            mended.complete(null);
        } catch (IOException e) {
            isWithout(e);
            tryAgainLater();
        }
    }

    @Override
    public void close() throws IOException {
        timer.shutdownNow();
        if (durable != null) {
            durable.close();
        }
    }
}
