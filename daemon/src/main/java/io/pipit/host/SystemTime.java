package io.pipit.host;

import io.pipit.port.TimeSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The machine's own clocks. Thread-safe.
 *
 * <p>Whether the wall clock is right: systemd-timesyncd says so by a file in {@code /run}; where it
 * doesn't run (chrony, ntpd, PTP), the kernel is asked how far off it may be at the most ({@code
 * adjtimex(2)}). That is what timedatectl goes by, too: the kernel's flag STA_UNSYNC stays set with
 * a chrony that has no {@code rtcsync}. To read takes no privilege, but under {@code ProtectClock}
 * it is forbidden all the same: there {@link Timedated} asks. Nobody who says yes means no.
 */
public final class SystemTime implements TimeSource {
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final long ASKED_AGAIN_NANOS = 1_000_000_000;

    /** {@code struct timex} is 208 bytes on 64-bit Linux and less elsewhere. */
    private static final int TIMEX_BYTES = 512;

    /**
     * {@code maxerror} is the {@code long} after {@code modes}, {@code offset} and {@code freq}.
     */
    private static final int MAX_ERROR_LONGS = 3;

    /**
     * The kernel's {@code NTP_PHASE_LIMIT}: so far {@code maxerror} grows, 500 µs each second,
     * where nobody disciplines the clock, microseconds.
     */
    private static final long MAX_ERROR_MICROS = 16_000_000;

    private record Answer(boolean synchronised, long atNanos) {}

    private final Path root;
    private final String bootId;
    private final boolean asksKernel;
    private final Timedated timedated = new Timedated();
    private volatile @Nullable Answer last;

    /** The clocks of this machine. */
    public SystemTime() {
        this(Path.of("/"), true);
    }

    /** With another root directory, and perhaps without the kernel's answer, for tests. */
    SystemTime(Path root, boolean asksKernel) {
        this.root = root;
        this.asksKernel = asksKernel;
        this.bootId = readBootId(root).orElseGet(() -> UUID.randomUUID().toString());
    }

    /** CLOCK_MONOTONIC: that is what HotSpot takes for this on Linux. */
    @Override
    public long monotonicNanos() {
        return System.nanoTime();
    }

    @Override
    public long wallMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    /** Asked of the system once a second at the most. */
    @Override
    public boolean synchronised() {
        Answer known = last;
        long now = System.nanoTime();
        if (known == null || now - known.atNanos >= ASKED_AGAIN_NANOS) {
            known = new Answer(ask(now), now);
            last = known;
        }
        return known.synchronised;
    }

    /**
     * Which boot of the machine this is: the kernel's random ID of it. Where the kernel doesn't
     * tell, each start of the process counts as a boot of its own.
     */
    public String bootId() {
        return bootId;
    }

    private boolean ask(long nowNanos) {
        Path timesyncd = root.resolve("run/systemd/timesync");
        if (Files.exists(timesyncd.resolve("synchronized"))) {
            return true;
        }
        if (!asksKernel) {
            return false;
        }
        // Where timesyncd runs and says nothing, there is nothing that others would know better.
        return Kernel.saysSynchronised()
                .orElseGet(() -> !Files.exists(timesyncd) && timedated.saysSynchronised(nowNanos));
    }

    /**
     * What the kernel's answer means.
     *
     * @param longBytes of a C {@code long} on this machine
     */
    static boolean isDisciplined(MemorySegment timex, long longBytes) {
        long at = MAX_ERROR_LONGS * longBytes;
        long maxErrorMicros =
                longBytes == Long.BYTES
                        ? timex.get(ValueLayout.JAVA_LONG_UNALIGNED, at)
                        : timex.get(ValueLayout.JAVA_INT_UNALIGNED, at);
        return maxErrorMicros < MAX_ERROR_MICROS;
    }

    private static Optional<String> readBootId(Path root) {
        try {
            String text = Files.readString(root.resolve("proc/sys/kernel/random/boot_id")).strip();
            return UUID_TEXT.matcher(text).matches() ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Apart, so that native access is set up only where the kernel has to be asked. */
    private static final class Kernel {
        private static final @Nullable MethodHandle ADJTIMEX = adjtimex();

        /** Empty where it may not be asked. */
        static Optional<Boolean> saysSynchronised() {
            if (ADJTIMEX == null) {
                return Optional.empty();
            }
            try (Arena arena = Arena.ofConfined()) {
                // All zero: modes = 0 changes nothing and needs no privilege.
                MemorySegment timex = arena.allocate(TIMEX_BYTES, Long.BYTES);
                int state = (int) ADJTIMEX.invokeExact(timex);
                return state < 0
                        ? Optional.empty()
                        : Optional.of(isDisciplined(timex, ValueLayout.ADDRESS.byteSize()));
            } catch (Throwable e) {
                throw new IllegalStateException("adjtimex", e);
            }
        }

        @SuppressWarnings("restricted")
        private static @Nullable MethodHandle adjtimex() {
            try {
                Linker linker = Linker.nativeLinker();
                return linker.defaultLookup()
                        .find("adjtimex")
                        .map(address ->
                                linker.downcallHandle(
                                        address,
                                        FunctionDescriptor.of(
                                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS)))
                        .orElse(null);
            } catch (UnsupportedOperationException | IllegalCallerException | LinkageError e) {
                // A Java without native access: then others are asked.
                return null;
            }
        }
    }
}
