package io.pipit.coap;

import io.pipit.coap.door.Bucket;
import io.pipit.port.TimeSource;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Stands between the CoAP library's loggers and this program's: errors alone, few of them, each in
 * one line without its stack trace, and all of them counted. Strangers decide how often the library
 * complains, so what it logs must not grow with what they send.
 */
final class LibraryLog extends Handler {
    private static final String LIBRARY = "org.eclipse.californium";
    private static final int LINES_BURST = 5;
    private static final double LINES_PER_SECOND = 0.1;
    private static final int LINE_CHARS_MAX = 300;

    /** Held on to, since the logging framework itself forgets loggers, and levels with them. */
    private final Logger library = Logger.getLogger(LIBRARY);

    private final Logger own = Logger.getLogger("io.pipit.coap.library");
    private final TimeSource time;
    private final CoapCounters counters;
    private final Bucket lines;
    private long heldBack;

    LibraryLog(TimeSource time, CoapCounters counters) {
        this.time = time;
        this.counters = counters;
        this.lines = new Bucket(LINES_PER_SECOND, LINES_BURST, time.monotonicNanos());
        setLevel(Level.SEVERE);
        // Below that, messages of strangers are formatted, which may throw by itself.
        library.setLevel(Level.SEVERE);
        library.setUseParentHandlers(false);
        library.addHandler(this);
    }

    @Override
    public synchronized void publish(LogRecord record) {
        counters.libraryErrors.increment();
        if (!lines.take(time.monotonicNanos())) {
            heldBack++;
            return;
        }
        Throwable thrown = record.getThrown();
        String line = record.getMessage() + (thrown == null ? "" : " (" + thrown + ")");
        line = line.replaceAll("\\p{Cntrl}+", " ");
        own.log(
                Level.WARNING,
                "{0}{1}",
                new Object[] {
                    line.length() <= LINE_CHARS_MAX
                            ? line
                            : line.substring(0, LINE_CHARS_MAX) + "…",
                    heldBack == 0 ? "" : " (and " + heldBack + " messages before it not written)"
                });
        heldBack = 0;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        library.removeHandler(this);
    }
}
