package io.pipit.host;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * One line for each record. For the journal it begins with the priority ({@code <4>},
 * sd-daemon(3)), since the journal has time and name; else with time and level. Thread-safe.
 *
 * <p>The stack trace of an exception is written the first time that it comes from a place, and at
 * debug level always; otherwise its name and message are enough. Control characters can't begin a
 * line of their own, whoever they come from.
 */
public final class JournalFormat extends Formatter {
    /** Longer messages are cut. */
    public static final int LINE_CHARS_MAX = 4_096;

    private static final int TRACES_MAX = 256;

    private final boolean journal;
    private volatile boolean alwaysTrace;
    private final Map<String, Boolean> traced =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > TRACES_MAX;
                }
            };

    /**
     * For the journal or for people.
     *
     * @param journal whether the lines go to systemd's journal
     * @param alwaysTrace whether each exception comes with its stack trace
     */
    public JournalFormat(boolean journal, boolean alwaysTrace) {
        this.journal = journal;
        this.alwaysTrace = alwaysTrace;
    }

    /** Whether each exception comes with its stack trace from now on. */
    void traceAlways(boolean always) {
        alwaysTrace = always;
    }

    @Override
    public String format(LogRecord record) {
        String prefix = prefix(record);
        StringBuilder out = new StringBuilder(128);
        out.append(prefix).append(shortName(record)).append(": ").append(text(record));
        Throwable thrown = record.getThrown();
        if (thrown == null) {
            return out.append('\n').toString();
        }
        String what = oneLine(thrown.toString());
        if (out.indexOf(what) < 0) {
            out.append(": ").append(what);
        }
        out.append('\n');
        if (alwaysTrace || isNew(record, thrown)) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            trace.toString()
                    .lines()
                    .skip(1)
                    .forEach(line ->
                            out.append(journal ? prefix : "")
                                    .append("    ")
                                    .append(oneLine(line.strip()))
                                    .append('\n'));
        }
        return out.toString();
    }

    private String prefix(LogRecord record) {
        return journal
                ? "<" + priority(record.getLevel()) + ">"
                : record.getInstant().truncatedTo(ChronoUnit.MILLIS)
                        + " "
                        + name(record.getLevel())
                        + " ";
    }

    private static String text(LogRecord record) {
        String message = record.getMessage();
        return message == null ? "" : oneLine(message);
    }

    private static String shortName(LogRecord record) {
        String name = record.getLoggerName();
        return name == null || name.isEmpty() ? "root" : name.substring(name.lastIndexOf('.') + 1);
    }

    private boolean isNew(LogRecord record, Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        String place =
                record.getLoggerName()
                        + thrown.getClass().getName()
                        + (trace.length == 0 ? "" : trace[0].toString());
        synchronized (traced) {
            return traced.put(place, true) == null;
        }
    }

    static String oneLine(String text) {
        String cut =
                text.length() <= LINE_CHARS_MAX ? text : text.substring(0, LINE_CHARS_MAX) + "…";
        return cut.strip().replaceAll("\\s*[\\r\\n]+\\s*", " | ").replaceAll("\\p{Cntrl}", "?");
    }

    /** syslog's numbers. */
    private static int priority(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return 3;
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return 4;
        }
        return level.intValue() >= Level.CONFIG.intValue() ? 6 : 7;
    }

    private static String name(Level level) {
        return switch (priority(level)) {
            case 3 -> "ERROR";
            case 4 -> "WARN ";
            case 6 -> "INFO ";
            default -> "DEBUG";
        };
    }
}
