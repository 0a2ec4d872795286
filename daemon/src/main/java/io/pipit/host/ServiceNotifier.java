package io.pipit.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.monitor.Counter;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the service is (sd_notify(3)), through libc, since Java has no datagram Unix
 * sockets. Without systemd it says nothing. Thread-safe; a message that can't be sent is counted
 * and logged once, and nothing is thrown.
 */
public final class ServiceNotifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceNotifier.class);
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int PATH_BYTES_MAX = 107;
    private static final int STATUS_CHARS_MAX = 512;

    private final @Nullable Socket socket;
    private final @Nullable Duration watchdog;
    private final Counter failures;
    private boolean said;

    private ServiceNotifier(
            @Nullable Socket socket, @Nullable Duration watchdog, Counter failures) {
        this.socket = socket;
        this.watchdog = watchdog;
        this.failures = failures;
    }

    /**
     * As the environment has it: {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC}, {@code
     * WATCHDOG_PID}.
     *
     * @param pid of this process, which the watchdog must mean
     * @param failures counts messages that couldn't be sent
     */
    public static ServiceNotifier fromEnvironment(
            Map<String, String> environment, long pid, Counter failures) {
        String address = environment.getOrDefault("NOTIFY_SOCKET", "");
        Socket socket = null;
        if (!address.isEmpty()) {
            try {
                socket = new Socket(address);
            } catch (RuntimeException | LinkageError e) {
                failures.increment();
                LOG.warn(
                        "NOTIFY_SOCKET {}: systemd can't be told that this service is ready: {}",
                        address,
                        e.toString());
            }
        }
        return new ServiceNotifier(socket, watchdogOf(environment, pid), failures);
    }

    private static @Nullable Duration watchdogOf(Map<String, String> environment, long pid) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String meant = environment.getOrDefault("WATCHDOG_PID", "");
        if (!micros.matches("[1-9][0-9]{0,17}")
                || !(meant.isEmpty() || meant.equals(Long.toString(pid)))) {
            return null;
        }
        return Duration.of(Long.parseLong(micros), ChronoUnit.MICROS);
    }

    /** Whether anybody listens. */
    public boolean isActive() {
        return socket != null;
    }

    /**
     * How long systemd waits for {@link #alive} before it restarts the service. Nothing where no
     * watchdog is set.
     */
    public Optional<Duration> watchdog() {
        return Optional.ofNullable(watchdog);
    }

    /** The node is up, or up again after {@link #reloading}. */
    public void ready(String status) {
        send("READY=1\nSTATUS=" + oneLine(status));
    }

    /** What it does just now, for {@code systemctl status}. */
    public void status(String status) {
        send("STATUS=" + oneLine(status));
    }

    /**
     * It reads its configuration again; {@link #ready} ends that.
     *
     * @param monotonicMicros the present CLOCK_MONOTONIC, which tells systemd whose answer it is
     */
    public void reloading(long monotonicMicros) {
        send("RELOADING=1\nMONOTONIC_USEC=" + monotonicMicros);
    }

    /** It ends. */
    public void stopping(String status) {
        send("STOPPING=1\nSTATUS=" + oneLine(status));
    }

    /** The watchdog is petted. */
    public void alive() {
        send("WATCHDOG=1");
    }

    /** It hangs: systemd is to do at once what it does where the watchdog isn't petted. */
    public void hanging() {
        send("WATCHDOG=trigger");
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= STATUS_CHARS_MAX ? line : line.substring(0, STATUS_CHARS_MAX);
    }

    private synchronized void send(String message) {
        if (socket == null) {
            return;
        }
        int errno = socket.send(message.getBytes(UTF_8));
        if (errno != 0) {
            failures.increment();
            if (!said) {
                said = true;
                LOG.warn("systemd can't be told \"{}\": errno {}", message, errno);
            }
        }
    }

    @Override
    public synchronized void close() {
        if (socket != null) {
            socket.close();
        }
    }

    /** One datagram socket and the address that it sends to. */
    private static final class Socket {
        // Here and not above: where Java lacks native access, only this class fails to load.
        private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
        private static final long ERRNO_OFFSET =
                CALL_STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

        private final Arena arena = Arena.ofShared();
        private final MethodHandle sendto;
        private final MethodHandle close;
        private final MemorySegment address;
        private final MemorySegment callState;
        private final int descriptor;
        private boolean closed;

        Socket(String target) {
            address = socketAddress(arena, target);
            callState = arena.allocate(CALL_STATE);
            ValueLayout.OfInt number = ValueLayout.JAVA_INT;
            ValueLayout.OfLong size = ValueLayout.JAVA_LONG;
            MethodHandle socket =
                    function("socket", FunctionDescriptor.of(number, number, number, number));
            sendto =
                    function(
                            "sendto",
                            FunctionDescriptor.of(
                                    size,
                                    number,
                                    ValueLayout.ADDRESS,
                                    size,
                                    number,
                                    ValueLayout.ADDRESS,
                                    number));
            close = function("close", FunctionDescriptor.of(number, number));
            try {
                descriptor = (int) socket.invokeExact(callState, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            } catch (Throwable e) {
                throw new IllegalStateException("socket", e);
            }
            if (descriptor < 0) {
                throw new IllegalStateException("no Unix socket: errno " + errno());
            }
        }

        /** Sends all of it; 0, or the errno. */
        int send(byte[] message) {
            if (closed) {
                return 0;
            }
            try (Arena call = Arena.ofConfined()) {
                MemorySegment bytes = call.allocateFrom(ValueLayout.JAVA_BYTE, message);
                long sent =
                        (long)
                                sendto.invokeExact(
                                        callState,
                                        descriptor,
                                        bytes,
                                        bytes.byteSize(),
                                        MSG_NOSIGNAL,
                                        address,
                                        (int) address.byteSize());
                return sent == message.length ? 0 : errno();
            } catch (Throwable e) {
                throw new IllegalStateException("sendto", e);
            }
        }

        void close() {
            if (closed) {
                return;
            }
            closed = true;
            try {
                int ignored = (int) close.invokeExact(callState, descriptor);
            } catch (Throwable e) {
                throw new IllegalStateException("close", e);
            }
            arena.close();
        }

        private int errno() {
            return callState.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
        }

        /** {@code struct sockaddr_un} (unix(7)): {@code @name} is the abstract socket \0name. */
        private static MemorySegment socketAddress(Arena arena, String target) {
            if (!target.startsWith("/") && !target.startsWith("@")) {
                throw new IllegalArgumentException(
                        "only Unix sockets are known, /path or @name, not " + target);
            }
            boolean isAbstract = target.startsWith("@");
            byte[] path = target.getBytes(UTF_8);
            if (path.length > PATH_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "a Unix socket's path has at most " + PATH_BYTES_MAX + " bytes: " + target);
            }
            if (isAbstract) {
                path[0] = 0;
            }
            // A path ends with a zero; an abstract name is as long as the address says.
            MemorySegment address =
                    arena.allocate(Short.BYTES + path.length + (isAbstract ? 0 : 1), Short.BYTES);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, path.length);
            return address;
        }

        @SuppressWarnings("restricted")
        private static MethodHandle function(String name, FunctionDescriptor descriptor) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow(name),
                    descriptor,
                    Linker.Option.captureCallState("errno"));
        }
    }
}
