package io.pipit.store.wear;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what the store's writer writes to the card, and says where that is more in a day than it
 * may be. Only says so: how much a power cut may cost is not changed behind anybody's back. The
 * writer's thread, but for {@link #bytes}.
 */
public final class WriteBudget {
    /** How often the kernel is asked. */
    static final long LOOK_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

    private static final int HOURS = 24;
    private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();
    private static final long MEBIBYTE = 1L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(WriteBudget.class);

    private final WrittenBytes source;
    private final OptionalLong dayBytesMax;
    private final Duration commitEvery;
    private final Consumer<String> say;

    /** What was written in each of the last hours; the present one's place is {@code hour}. */
    private final long[] byHour = new long[HOURS];

    private final AtomicLong written = new AtomicLong();
    private long seen = WrittenBytes.UNKNOWN;
    private long lookedNanos;
    private long hourEndsNanos;
    private int hour;
    private boolean over;

    /**
     * Counts from now on.
     *
     * @param dayBytesMax what may be written in 24 hours; nothing is said where it is empty
     * @param commitEvery as it is configured, for who reads what to do
     * @param say told what is wrong, in a line; an empty one where that is over
     * @param nowNanos monotonic
     */
    public WriteBudget(
            WrittenBytes source,
            OptionalLong dayBytesMax,
            Duration commitEvery,
            Consumer<String> say,
            long nowNanos) {
        this.source = source;
        this.dayBytesMax = dayBytesMax;
        this.commitEvery = commitEvery;
        this.say = say;
        this.lookedNanos = nowNanos - LOOK_EVERY_NANOS;
        this.hourEndsNanos = nowNanos + HOUR_NANOS;
    }

    /** Bytes since the start; any thread. */
    public long bytes() {
        return written.get();
    }

    /** Looks how much it is by now, where the last look was long enough ago. */
    public void look(long nowNanos) {
        if (nowNanos - lookedNanos < LOOK_EVERY_NANOS) {
            return;
        }
        lookedNanos = nowNanos;
        long now = source.soFar();
        if (now == WrittenBytes.UNKNOWN) {
            return;
        }
        long more = seen == WrittenBytes.UNKNOWN ? 0 : Math.max(0, now - seen);
        seen = now;
        written.addAndGet(more);
        for (int passed = 0; nowNanos - hourEndsNanos >= 0 && passed < HOURS; passed++) {
            hour = (hour + 1) % HOURS;
            byHour[hour] = 0;
            hourEndsNanos += HOUR_NANOS;
        }
        if (nowNanos - hourEndsNanos >= 0) {
            hourEndsNanos = nowNanos + HOUR_NANOS;
        }
        byHour[hour] += more;
        compare();
    }

    private void compare() {
        if (dayBytesMax.isEmpty()) {
            return;
        }
        long day = 0;
        for (long each : byHour) {
            day += each;
        }
        boolean isOver = day > dayBytesMax.getAsLong();
        if (isOver != over) {
            over = isOver;
            String reason = isOver ? reason() : "";
            if (isOver) {
                LOG.warn(reason);
            }
            say.accept(reason);
        }
    }

    private String reason() {
        return ("more than the %,d MiB of write-budget were written to the card in 24 hours; raise"
                        + " commit-every of [store] (now %s), have sensors measure less often or send"
                        + " only what changed, or raise write-budget")
                .formatted(
                        dayBytesMax.orElse(0) / MEBIBYTE,
                        commitEvery.toString().substring(2).toLowerCase(Locale.ROOT));
    }
}
