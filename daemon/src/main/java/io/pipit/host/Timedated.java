package io.pipit.host;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.Variant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What systemd-timedated says of the clock (org.freedesktop.timedate1(5), {@code NTPSynchronized}):
 * it asks the kernel for those whom {@code ProtectClock} forbids that. Thread-safe; nobody waits
 * for an answer, they have the one before.
 */
final class Timedated {
    /** So often it is asked while it says no; each time it is started for that. */
    static final long NO_HOLDS_NANOS = Duration.ofMinutes(1).toNanos();

    /** The kernel takes hours to lose a clock that was right. */
    static final long YES_HOLDS_NANOS = Duration.ofMinutes(10).toNanos();

    private static final Logger LOG = LoggerFactory.getLogger(Timedated.class);
    private static final String NAME = "org.freedesktop.timedate1";
    private static final String PATH = "/org/freedesktop/timedate1";

    private final BooleanSupplier question;
    private final Executor executor;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile boolean synchronised;
    private volatile long heldUntilNanos = Long.MIN_VALUE;
    private boolean said;

    /** That of this machine, asked on a thread that lives for one question. */
    Timedated() {
        this(Timedated::ask, task -> Thread.ofPlatform().daemon().name("clock").start(task));
    }

    /**
     * For tests.
     *
     * @param question may take long
     */
    Timedated(BooleanSupplier question, Executor executor) {
        this.question = question;
        this.executor = executor;
    }

    /**
     * What it last said; no, until it has said something.
     *
     * @param nowNanos monotonic
     */
    boolean saysSynchronised(long nowNanos) {
        boolean isDue = heldUntilNanos == Long.MIN_VALUE || nowNanos - heldUntilNanos >= 0;
        if (isDue && asking.compareAndSet(false, true)) {
            executor.execute(() -> {
                try {
                    synchronised = question.getAsBoolean();
                } catch (RuntimeException | LinkageError e) {
                    synchronised = false;
                    cannot(e);
                } finally {
                    heldUntilNanos = nowNanos + (synchronised ? YES_HOLDS_NANOS : NO_HOLDS_NANOS);
                    asking.set(false);
                }
            });
        }
        return synchronised;
    }

    private void cannot(Throwable e) {
        if (!said) {
            said = true;
            LOG.info(
                    "nobody can be asked whether the clock is right, so it counts as not"
                            + " synchronised: {}",
                    e.toString());
        }
    }

    private static boolean ask() {
        try (DBusConnection bus =
                DBusConnectionBuilder.forSystemBus()
                        .withShared(false)
                        .receivingThreadConfig()
                        .withSignalThreadCount(1)
                        .withErrorHandlerThreadCount(1)
                        .withMethodCallThreadCount(1)
                        .withMethodReturnThreadCount(1)
                        .connectionConfig()
                        .build()) {
            Object answer =
                    bus.getRemoteObject(NAME, PATH, Properties.class).Get(NAME, "NTPSynchronized");
            return Boolean.TRUE.equals(
                    answer instanceof Variant<?> variant ? variant.getValue() : answer);
        } catch (DBusException | DBusExecutionException | IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
