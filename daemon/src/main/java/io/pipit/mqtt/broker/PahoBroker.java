package io.pipit.mqtt.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Connections by Eclipse Paho. Each is a client of its own that keeps nothing: what was in flight
 * when it ended is published again from the store, and not by the library, too.
 */
public final class PahoBroker implements Broker {
    /** Connections that have been given up, and whose threads still wait for something. */
    static final int ENDING_MAX = 3;

    /** Connecting, receiving, sending, calling back, pinging, and disconnecting. */
    private static final int THREADS = 6;

    /** Held on to, since the logging framework itself forgets loggers, and levels with them. */
    private final Logger library = Logger.getLogger("org.eclipse.paho");

    private final ThreadFactory threads;
    private final List<ScheduledThreadPoolExecutor> pools = new ArrayList<>();

    /**
     * Connects nowhere yet.
     *
     * @param threads of the library
     */
    public PahoBroker(ThreadFactory threads) {
        this.threads = threads;
        // What goes wrong is told by the end of a connection, once; the library has traces of it.
        library.setLevel(Level.OFF);
    }

    @Override
    public boolean isCrowded() {
        pools.removeIf(ScheduledThreadPoolExecutor::isTerminated);
        return pools.size() >= ENDING_MAX;
    }

    @Override
    public Connection connect(Login login, Listener listener) {
        PahoConnection connection = new PahoConnection(login, listener, pool());
        connection.begin();
        return connection;
    }

    private ScheduledExecutorService pool() {
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(THREADS, threads);
        pool.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        pool.setRemoveOnCancelPolicy(true);
        pools.add(pool);
        return pool;
    }
}
