package io.pipit.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.port.TimeSource;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Where log records go: standard error, in the form of {@link JournalFormat}. What repeats is held
 * back, so that nobody can fill the card from the network. Thread-safe.
 *
 * <p>Of messages that differ in their numbers alone, {@link #REPEATS_MAX} a minute are written; of
 * a library's logger {@link #LIBRARY_LINES_MAX} in all. How many were held back is said afterwards.
 */
public final class Journal extends Handler {
    /** Alike messages a minute. */
    public static final int REPEATS_MAX = 5;

    /** Lines a minute of one logger that isn't Pipit's own. */
    public static final int LIBRARY_LINES_MAX = 30;

    /**
     * Characters a minute of all loggers together that aren't Pipit's own: strangers decide how
     * often libraries complain, and of what, stack traces included.
     */
    public static final int LIBRARY_CHARS_MAX = 6_000;

    /**
     * Loggers of libraries that talk about themselves at every start, and from which level on they
     * are heard. Pi4J calls it an error that this machine isn't a Raspberry Pi.
     */
    private static final Map<String, Level> QUIET =
            Map.of(
                    "com.pi4j", Level.WARNING,
                    "com.pi4j.boardinfo", Level.OFF,
                    "org.freedesktop.dbus", Level.SEVERE);

    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int PATTERNS_MAX = 512;
    private static final int PATTERN_CHARS_MAX = 120;

    private static final class Window {
        private final String logger;
        private final long startNanos;
        private int written;
        private long heldBack;

        private Window(String logger, long startNanos) {
            this.logger = logger;
            this.startNanos = startNanos;
        }
    }

    private final PrintStream out;
    private final TimeSource time;
    private final JournalFormat format;
    private final Map<String, Window> windows = new LinkedHashMap<>();

    /** The log manager itself holds loggers weakly, and their levels with them. */
    private final List<Logger> quiet = QUIET.keySet().stream().map(Logger::getLogger).toList();

    /** What all libraries wrote in this minute, characters. */
    private @Nullable Window libraries;

    Journal(PrintStream out, TimeSource time, JournalFormat format) {
        this.out = out;
        this.time = time;
        this.format = format;
        setFormatter(format);
    }

    /**
     * Makes it the only place where records go.
     *
     * @param level {@code error}, {@code warn}, {@code info}, {@code debug} or {@code trace}
     * @param environment where systemd says that standard error is the journal
     * @throws IllegalArgumentException where there is no such level
     */
    public static Journal install(
            PrintStream out, TimeSource time, String level, Map<String, String> environment) {
        Journal journal = new Journal(out, time, new JournalFormat(isJournal(environment), false));
        LogManager.getLogManager().reset();
        Logger.getLogger("").addHandler(journal);
        journal.heed(level);
        return journal;
    }

    /**
     * Writes what is at least this important from now on.
     *
     * @param level {@code error}, {@code warn}, {@code info}, {@code debug} or {@code trace}
     * @throws IllegalArgumentException where there is no such level
     */
    public void heed(String level) {
        Level least =
                levelOf(level)
                        .orElseThrow(() -> new IllegalArgumentException("no such level: " + level));
        boolean all = least.intValue() <= Level.FINE.intValue();
        Logger.getLogger("").setLevel(least);
        format.traceAlways(all);
        quiet.forEach(logger -> logger.setLevel(all ? null : QUIET.get(logger.getName())));
    }

    /** The level of this name as {@code java.util.logging} has it. */
    public static Optional<Level> levelOf(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "error" -> Optional.of(Level.SEVERE);
            case "warn" -> Optional.of(Level.WARNING);
            case "info" -> Optional.of(Level.INFO);
            case "debug" -> Optional.of(Level.FINE);
            case "trace" -> Optional.of(Level.FINEST);
            default -> Optional.empty();
        };
    }

    /**
     * Whether standard error is the journal's (systemd.exec(5), JOURNAL_STREAM): the variable alone
     * doesn't tell, since a shell within a service inherits it.
     */
    private static boolean isJournal(Map<String, String> environment) {
        String stream = environment.get("JOURNAL_STREAM");
        if (stream == null) {
            return false;
        }
        try {
            Path stderr = Path.of("/proc/self/fd/2");
            return stream.equals(
                    Files.getAttribute(stderr, "unix:dev")
                            + ":"
                            + Files.getAttribute(stderr, "unix:ino"));
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            return true;
        }
    }

    @Override
    public void publish(LogRecord record) {
        if (!isLoggable(record)) {
            return;
        }
        String logger = record.getLoggerName() == null ? "" : record.getLoggerName();
        synchronized (windows) {
            long now = time.monotonicNanos();
            endWindows(now);
            boolean allowed = allows(logger, pattern(record), REPEATS_MAX, now);
            if (allowed && !logger.startsWith("io.pipit")) {
                allowed = allows(logger, "", LIBRARY_LINES_MAX, now);
            }
            if (allowed) {
                String lines = getFormatter().format(record);
                if (logger.startsWith("io.pipit") || libraryMayWrite(lines.length(), now)) {
                    write(lines);
                }
            }
        }
    }

    private boolean allows(String logger, String pattern, int most, long now) {
        String key = logger + " " + pattern;
        Window window = windows.get(key);
        if (window == null) {
            if (windows.size() >= PATTERNS_MAX) {
                // Somebody makes up messages: those that came first have had their say.
                Iterator<Window> first = windows.values().iterator();
                end(first.next());
                first.remove();
            }
            window = new Window(logger, now);
            windows.put(key, window);
        }
        if (window.written < most) {
            window.written++;
            return true;
        }
        window.heldBack++;
        return false;
    }

    private boolean libraryMayWrite(int chars, long now) {
        Window window = libraries;
        if (window == null) {
            window = new Window("libraries", now);
            libraries = window;
        }
        if (window.written + chars > LIBRARY_CHARS_MAX) {
            window.heldBack++;
            return false;
        }
        window.written += chars;
        return true;
    }

    private void endWindows(long now) {
        if (libraries != null && now - libraries.startNanos >= WINDOW_NANOS) {
            end(libraries);
            libraries = null;
        }
        List<Window> over = new ArrayList<>();
        // In the order of their starts: the first one that isn't over ends the search.
        Iterator<Window> all = windows.values().iterator();
        while (all.hasNext()) {
            Window window = all.next();
            if (now - window.startNanos < WINDOW_NANOS) {
                break;
            }
            all.remove();
            over.add(window);
        }
        over.forEach(this::end);
    }

    private void end(Window window) {
        if (window.heldBack > 0) {
            LogRecord note =
                    new LogRecord(
                            Level.WARNING,
                            "suppressed " + window.heldBack + " more messages of one kind");
            note.setLoggerName(window.logger);
            write(getFormatter().format(note));
        }
    }

    /** How many patterns it keeps in mind. */
    int patterns() {
        synchronized (windows) {
            return windows.size();
        }
    }

    private static String pattern(LogRecord record) {
        String message = record.getMessage() == null ? "" : record.getMessage();
        String head =
                message.length() <= PATTERN_CHARS_MAX
                        ? message
                        : message.substring(0, PATTERN_CHARS_MAX);
        // Each word with a digit in it: numbers, addresses, tokens.
        return record.getLevel()
                + head.replaceAll("[\\p{Alnum}.:/%_-]*[0-9][\\p{Alnum}.:/%_-]*", "#");
    }

    private void write(String lines) {
        byte[] bytes = lines.getBytes(UTF_8);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    @Override
    public void flush() {
        out.flush();
    }

    /** Says what is still held back. Standard error stays open. */
    @Override
    public void close() {
        synchronized (windows) {
            windows.values().forEach(this::end);
            windows.clear();
            if (libraries != null) {
                end(libraries);
                libraries = null;
            }
        }
    }
}
