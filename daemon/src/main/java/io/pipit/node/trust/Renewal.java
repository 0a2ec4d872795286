package io.pipit.node.trust;

import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.identity.TrustStore;
import io.pipit.identity.statement.Rotation;
import io.pipit.model.NodeId;
import io.pipit.port.TimeSource;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's change to another key: the statement that it follows the present one is handed to all
 * peers first; when they have it, or after a day, the node starts anew with that. The key before is
 * kept for those who were away, and goes when the last one has heard. On the timer's thread, but
 * for what is asked from outside.
 */
public final class Renewal {
    /** How long the node waits for peers that are away, in this process, seconds. */
    static final long OVERLAP_S_MAX = 86_400;

    private static final long LOOK_EVERY_MS = 500;
    private static final long MICROS_PER_MILLI = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);

    private final Path dataDirectory;
    private final Identity self;
    private final TrustStore trust;
    private final Handing handing;
    private final ScheduledExecutorService timer;
    private final TimeSource time;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private long begunNanos;
    private boolean isPrepared;
    private boolean hasPrevious;

    /** Goes on with what was begun. */
    public Renewal(
            Path dataDirectory,
            Identity self,
            TrustStore trust,
            Handing handing,
            ScheduledExecutorService timer,
            TimeSource time)
            throws IdentityException {
        this.dataDirectory = dataDirectory;
        this.self = self;
        this.trust = trust;
        this.handing = handing;
        this.timer = timer;
        this.time = time;
        isPrepared = Identity.prepared(dataDirectory).isPresent();
        hasPrevious = Identity.previous(dataDirectory).isPresent();
        begunNanos = time.monotonicNanos();
        if (isPrepared || hasPrevious) {
            lookLater();
        }
    }

    /** Has the list of statements say what the keys in the data directory say. */
    public static void settle(Path dataDirectory, TrustStore trust) throws IdentityException {
        Optional<Rotation> origin = Identity.origin(dataDirectory);
        if (origin.isPresent()) {
            trust.keepOwn(origin.get(), true);
        }
        Optional<Rotation> next = Identity.prepared(dataDirectory);
        if (next.isPresent()) {
            trust.keepOwn(next.get(), false);
        }
    }

    /**
     * Begins. Any thread; may block for a disk.
     *
     * @param now without waiting for any peer
     * @return who this node will be
     */
    public NodeId begin(boolean now) throws IdentityException {
        Rotation rotation =
                self.prepare(
                        dataDirectory,
                        Math.max(
                                time.wallMicros() / MICROS_PER_MILLI,
                                trust.statements().lastNumber(self.id()) + 1));
        trust.keepOwn(rotation, false);
        LOG.info("this node goes on as {} when its peers have heard of it", rotation.after());
        timer.execute(() -> {
            isPrepared = true;
            begunNanos = time.monotonicNanos();
            if (now) {
                switchOver();
            } else {
                lookLater();
            }
        });
        return rotation.after();
    }

    /** Completes when the node is to be started anew, with another key. */
    public CompletionStage<Void> done() {
        return done.copy();
    }

    private void lookLater() {
        var _ = timer.schedule(this::look, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (isPrepared) {
            long waited = time.monotonicNanos() - begunNanos;
            if (handing.isDone() || waited > TimeUnit.SECONDS.toNanos(OVERLAP_S_MAX)) {
                switchOver();
            } else {
                lookLater();
            }
        } else if (hasPrevious) {
            if (handing.isDone()) {
                forget();
            } else {
                lookLater();
            }
        }
    }

    private void switchOver() {
        try {
            Identity.switchOver(dataDirectory);
            isPrepared = false;
            done.complete(null);
        } catch (IdentityException e) {
            LOG.error("{}; tried again at the next start", e.getMessage());
        }
    }

    private void forget() {
        try {
            Identity.forgetPrevious(dataDirectory);
            LOG.info("every peer knows this node's key; the one before it is gone");
        } catch (IdentityException e) {
            LOG.warn("{}", e.getMessage());
        }
    }
}
