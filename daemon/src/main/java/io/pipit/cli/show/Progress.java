package io.pipit.cli.show;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far something large is: on a terminal a bar that is drawn over itself, with the rate and the
 * time left; elsewhere nothing. One thread.
 */
public final class Progress {
    private static final long EVERY_NANOS = 100_000_000L;
    private static final long SAMPLE_NANOS = 1_000_000_000L;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int BAR_MIN = 5;
    private static final int BAR_MAX = 30;
    private static final double NEWEST = 0.4;

    private final PrintStream out;
    private final boolean terminal;
    private final int columns;
    private final LongSupplier nanoTime;
    private String title = "";
    private long total;
    private long drawnNanos;
    private long sampleNanos;
    private long sampleBytes;
    private double rate;
    private boolean drawn;

    /**
     * A bar.
     *
     * @param terminal whether to draw it at all
     * @param columns of the terminal
     */
    public Progress(PrintStream out, boolean terminal, int columns, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.columns = columns;
        this.nanoTime = nanoTime;
    }

    /** Something else from now on. */
    public void begin(String what, long bytes, long alreadyThere) {
        title = what;
        total = bytes;
        rate = 0;
        sampleNanos = nanoTime.getAsLong();
        sampleBytes = alreadyThere;
        drawnNanos = sampleNanos - EVERY_NANOS;
    }

    /** So far it is. */
    public void at(long bytes) {
        at(bytes, "");
    }

    /** So far it is, and something is to be said of it. */
    public void at(long bytes, String note) {
        long now = nanoTime.getAsLong();
        if (bytes < sampleBytes) {
            sampleBytes = bytes;
        }
        if (now - sampleNanos >= SAMPLE_NANOS) {
            double newest = (bytes - sampleBytes) * NANOS_PER_SECOND / (now - sampleNanos);
            rate = rate == 0 ? newest : NEWEST * newest + (1 - NEWEST) * rate;
            sampleNanos = now;
            sampleBytes = bytes;
        }
        if (terminal && (now - drawnNanos >= EVERY_NANOS || bytes == total)) {
            drawnNanos = now;
            drawn = true;
            out.print("\r" + line(bytes, note) + "\033[K");
            out.flush();
        }
    }

    /** The line as it is drawn. */
    String line(long bytes, String note) {
        double share = total == 0 ? 1 : Math.min(1, bytes / (double) total);
        String tail =
                String.format(
                        Locale.ROOT,
                        " %3d %% %s of %s",
                        (int) (share * 100),
                        Printable.measured((double) bytes, "B"),
                        Printable.measured((double) total, "B"));
        if (!note.isEmpty()) {
            tail += "  " + Printable.text(note);
        } else if (rate >= 1) {
            tail +=
                    "  "
                            + Printable.measured(Math.rint(rate), "B")
                            + "/s  "
                            + left((total - bytes) / rate)
                            + " left";
        }
        String name = Printable.text(title);
        int width = Math.clamp(columns - name.length() - tail.length() - 4L, BAR_MIN, BAR_MAX);
        int full = (int) Math.round(share * width);
        return Printable.cut(
                name + " [" + "#".repeat(full) + "-".repeat(width - full) + "]" + tail,
                columns - 1);
    }

    /** A time that something still takes. */
    public static String left(double seconds) {
        long whole = (long) Math.ceil(Math.max(0, seconds));
        if (whole < 60) {
            return whole + " s";
        }
        if (whole < 3_600) {
            return String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60);
        }
        return String.format(Locale.ROOT, "%d:%02d h", whole / 3_600, whole / 60 % 60);
    }

    /** The line is others' again. */
    public void end() {
        if (drawn) {
            drawn = false;
            out.print("\r\033[K");
            out.flush();
        }
    }
}
