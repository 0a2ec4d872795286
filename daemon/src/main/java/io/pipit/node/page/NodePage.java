package io.pipit.node.page;

import io.pipit.host.Threads;
import io.pipit.http.page.PageServer;
import io.pipit.monitor.Metrics;
import io.pipit.monitor.OnceLog;
import io.pipit.port.TimeSource;
import io.pipit.resource.exchange.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's page, with its threads. Where its address isn't to be had the node goes on without it,
 * and it is tried again for ever. Closed by one thread, at any time.
 */
public final class NodePage implements AutoCloseable {
    /** Requests that wait for their turn. */
    private static final int REQUESTS_WAITING_MAX = 32;

    /** Steps of telling that wait: there is one at a time, and the last one. */
    private static final int STEPS_WAITING_MAX = 2;

    private static final long AGAIN_SECONDS_MIN = 1;
    private static final long AGAIN_SECONDS_MAX = 60;
    private static final Logger LOG = LoggerFactory.getLogger(NodePage.class);

    private final InetSocketAddress address;
    private final ScheduledExecutorService timer;
    private final ExecutorService answering;
    private final ExecutorService telling;
    private final PageServer server;
    private final OnceLog once = new OnceLog(LOG);
    private boolean closed;

    /** Listens from now on, or as soon as it can. */
    public NodePage(
            InetSocketAddress address,
            Resources resources,
            TimeSource time,
            Metrics metrics,
            Threads threads,
            ScheduledExecutorService timer) {
        this.address = address;
        this.timer = timer;
        answering = threads.occasional("page", REQUESTS_WAITING_MAX);
        telling = threads.occasional("page-live", STEPS_WAITING_MAX);
        try {
            server = new PageServer(address, resources, time, metrics, answering, telling, timer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        listen(AGAIN_SECONDS_MIN);
    }

    private synchronized void listen(long againSeconds) {
        if (closed) {
            return;
        }
        String subject =
                "[page] http = \"" + address.getHostString() + ":" + address.getPort() + '"';
        try {
            InetSocketAddress at = server.listen();
            once.well(subject, "there now");
            LOG.info("the page is at http://{}:{}/", literal(at), at.getPort());
        } catch (IOException e) {
            once.warn(
                    subject,
                    "isn't to be had ("
                            + e.getMessage()
                            + "): end the program that has it, or write another port; until then"
                            + " there is no page, and the node goes on");
            var _ =
                    timer.schedule(
                            () -> listen(Math.min(2 * againSeconds, AGAIN_SECONDS_MAX)),
                            againSeconds,
                            TimeUnit.SECONDS);
        }
    }

    private static String literal(InetSocketAddress at) {
        String host = at.getAddress().getHostAddress();
        return host.contains(":") ? "[" + host + "]" : host;
    }

    @Override
    public synchronized void close() {
        closed = true;
        server.close();
        answering.shutdownNow();
        telling.shutdown();
    }
}
