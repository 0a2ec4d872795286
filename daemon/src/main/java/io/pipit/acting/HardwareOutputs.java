package io.pipit.acting;

import io.pipit.monitor.Metrics;
import io.pipit.port.Inbox;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.Outputs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets all outputs of the node, each on a thread of its own, so that one that hangs costs nobody
 * else anything. What each is set to is a reading of the node, too. Thread-safe.
 */
public final class HardwareOutputs implements Outputs, AutoCloseable {
    /** Outputs get so long, together, to become safe when the node stops. */
    private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(HardwareOutputs.class);

    private final Inbox inbox;
    private final TimeSource time;
    private final ThreadFactory threads;
    private final AtomicLong sessions = new AtomicLong();
    private volatile Map<String, OutputThread> outputs = Map.of();
    private boolean closed;

    /**
     * Without outputs until {@link #apply}.
     *
     * @param inbox what comes of it goes here
     */
    public HardwareOutputs(Inbox inbox, TimeSource time, ThreadFactory threads, Metrics metrics) {
        this.inbox = inbox;
        this.time = time;
        this.threads = threads;
        metrics.gauge("pipit_actuators", "Actuators that are configured", () -> outputs.size());
    }

    /**
     * These are there from now on, and no others. Those of the same generation go on undisturbed.
     * Never waits for one.
     */
    public synchronized void apply(List<OutletSpec> specs) {
        if (closed) {
            return;
        }
        Map<String, OutputThread> before = outputs;
        Map<String, OutputThread> now = new HashMap<>();
        for (OutletSpec spec : specs) {
            String name = spec.outlet().name();
            OutputThread one = before.get(name);
            if (one == null) {
                one = new OutputThread(name, inbox, time, sessions::incrementAndGet);
            }
            one.become(spec);
            now.put(name, one);
        }
        before.forEach((name, one) -> {
            if (!now.containsKey(name)) {
                one.close();
            }
        });
        outputs = Map.copyOf(now);
        now.values().forEach(one -> one.ensureRunning(threads));
    }

    @Override
    public void set(String actuator, long session, long number, double value) {
        OutputThread one = outputs.get(actuator);
        if (one != null) {
            one.set(session, number, value);
        }
    }

    /** Interrupts what takes longer than it may; to be called once a second or so. Never waits. */
    public void watch() {
        outputs.values().forEach(OutputThread::watch);
    }

    /** Makes all of them safe; one that hangs is left behind after 2 s. */
    @Override
    public void close() {
        List<Thread> ending = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (OutputThread one : outputs.values()) {
                Thread thread = one.close();
                if (thread != null) {
                    ending.add(thread);
                }
            }
        }
        long until = time.monotonicNanos() + CLOSE_MAX.toNanos();
        try {
            for (Thread thread : ending) {
                Duration left = Duration.ofNanos(Math.max(1, until - time.monotonicNanos()));
                if (!thread.join(left)) {
                    LOG.warn("{} hangs and is left behind; it may not be safe", thread.getName());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
