package io.pipit.node;

import io.pipit.config.Configuration;
import io.pipit.core.transfer.Transfers;
import io.pipit.files.Disk;
import io.pipit.files.InboxFolder;
import io.pipit.files.ShareFolder;
import io.pipit.files.SpoolFolder;
import io.pipit.model.NodeId;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Metrics;
import io.pipit.port.Entropy;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.TimeSource;
import io.pipit.port.bulk.BulkEvent;
import io.pipit.port.bulk.BulkLinks;
import io.pipit.port.bulk.Incoming;
import io.pipit.port.bulk.Pace;
import io.pipit.port.bulk.SharedFiles;
import io.pipit.port.bulk.Spool;
import io.pipit.resource.Bulk;
import io.pipit.resource.exchange.PeerFiles;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of files of one run of the node, and their thread. A folder that can't be had costs
 * what it is for, is said in the health, and nothing else. Made and closed by one thread.
 */
final class NodeFiles implements AutoCloseable {
    private static final String SPOOL = "spool";
    private static final long STOP_SECONDS_MAX = 5;
    private static final Logger LOG = LoggerFactory.getLogger(NodeFiles.class);

    private final ThreadPoolExecutor thread;
    private volatile @Nullable PeerFiles peers;
    private final Health health;
    private final Pace pace;
    private final SharedFiles share;
    private final @Nullable InboxFolder inbox;
    private final @Nullable SpoolFolder spool;

    NodeFiles(
            Configuration.Files settings,
            Path dataDir,
            Inbox events,
            TimeSource time,
            String bootId,
            ThreadFactory threads,
            Health health,
            Metrics metrics) {
        this.health = health;
        thread =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(Disk.TASKS_MAX),
                        threads);
        metrics.gauge(
                "pipit_files_tasks",
                "Tasks that wait for the disk",
                () -> thread.getQueue().size());
        Disk disk = new Disk(thread, settings.keepFree(), metrics);
        pace = new Pace(settings.rate().orElse(Pace.UNLIMITED));
        share =
                settings.share()
                        .<SharedFiles>map(folder -> new ShareFolder(folder, disk))
                        .orElse(SharedFiles.NONE);
        var limits = new InboxFolder.Limits(settings.quota(), settings.inboxMaxSize());
        inbox =
                settings.inbox()
                        .map(folder ->
                                made(
                                        folder,
                                        () -> new InboxFolder(folder, limits, bootId, disk, time)))
                        .orElse(null);
        Path folder = dataDir.resolve(SPOOL);
        spool =
                made(
                        folder,
                        () ->
                                new SpoolFolder(
                                        folder,
                                        settings.spoolMaxSize(),
                                        disk,
                                        time,
                                        file ->
                                                events.offer(
                                                        new Event.Bulk(
                                                                new BulkEvent.Spooled(file)))));
    }

    @FunctionalInterface
    private interface Making<T> {
        T make() throws IOException;
    }

    private <T> @Nullable T made(Path folder, Making<T> making) {
        try {
            return making.make();
        } catch (IOException e) {
            String why = folder + " can't be used for files: " + e;
            LOG.warn("{}", why);
            health.also(Part.BULK, folder.toString(), why);
            return null;
        }
    }

    /** The way to the peers, which is made after the tree that it serves. */
    void reachedBy(PeerFiles links) {
        peers = links;
    }

    private CompletionStage<Response> ofPeer(NodeId peer, Request request) {
        PeerFiles links = peers;
        return links == null
                ? CompletableFuture.failedFuture(new IOException("this node is just starting"))
                : links.get(peer, request);
    }

    /** What the resource tree needs. */
    Bulk resources(Bulk.Later later) {
        return new Bulk(
                share,
                inbox == null ? Incoming.NONE : inbox,
                spool == null
                        ? Incoming.refusing("the queue of files to send can't be used: see /health")
                        : spool,
                this::ofPeer,
                pace,
                later);
    }

    /** What the node loop needs. */
    Transfers transfers(BulkLinks links, Entropy entropy, TimeSource time, Metrics metrics) {
        Spool queue = spool == null ? number -> {} : spool;
        return new Transfers(links, queue, pace, entropy, time, health, metrics);
    }

    /** Looks what an earlier run left, and tells the core of what is to be sent. */
    void start() {
        if (spool != null) {
            spool.recover();
        }
        if (inbox != null) {
            inbox.sweep();
        }
    }

    /** Makes durable what came in so far. */
    @Override
    public void close() {
        if (inbox != null) {
            inbox.close();
        }
        if (spool != null) {
            spool.close();
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn(
                        "the disk takes more than {} s; what isn't durable comes again",
                        STOP_SECONDS_MAX);
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
