package io.pipit.drivers.linux.i2c;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.KernelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks which addresses of a bus answer, in the way of {@code i2cdetect}: an empty write, but one
 * byte read where EEPROMs and the like are, to which an empty write may do harm. Called as its
 * {@link I2cAdapter} is.
 */
final class Scan {

    /** Not more often for one address, since what is missing is asked for again and again. */
    private static final Duration EVERY = Duration.ofMinutes(1);

    /** A bus on which each address takes its time is left alone. */
    private static final Duration WHOLE_MAX = Duration.ofMillis(500);

    static final int FIRST = 0x08;
    static final int LAST = 0x77;

    private record Look(long nanos, String hint) {}

    private final BusClock clock;
    private final Map<Integer, Look> looks = new HashMap<>();

    Scan(BusClock clock) {
        this.clock = clock;
    }

    /**
     * What answers where this address does not, as a part of a sentence; empty where that could not
     * be found out.
     */
    String hint(int address, I2cAdapter adapter, Holders holders) {
        long now = clock.nanoTime();
        Look known = looks.get(address);
        if (known == null || now - known.nanos >= EVERY.toNanos()) {
            known = new Look(now, look(adapter, holders, now));
            looks.put(address, known);
        }
        return known.hint;
    }

    private String look(I2cAdapter adapter, Holders holders, long begun) {
        List<String> answering = new ArrayList<>();
        for (int address = FIRST; address <= LAST; address++) {
            if (clock.nanoTime() - begun > WHOLE_MAX.toNanos()) {
                return "";
            }
            try {
                if (adapter.answers(address, isReadSafely(address))) {
                    answering.add("0x%02x".formatted(address));
                }
            } catch (KernelException e) {
                if (!e.errno().equals(Errno.EBUSY)) {
                    return "";
                }
                String holder = holders.of(address).orElse("the kernel");
                answering.add("0x%02x (held by %s)".formatted(address, holder));
            }
        }
        return answering.isEmpty()
                ? "no other address of this bus answers either"
                : "these addresses answer: " + String.join(", ", answering);
    }

    /** Where a byte is read, since an empty write may do harm. */
    static boolean isReadSafely(int address) {
        return (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5F);
    }
}
