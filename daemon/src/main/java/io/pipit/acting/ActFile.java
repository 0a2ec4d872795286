package io.pipit.acting;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.monitor.OnceLog;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.Act;
import io.pipit.port.acting.Act.What;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Who set which actuator when, in a file of lines of JSON, and a second one with those before. One
 * alone is written at once, more of them together every ten seconds, for the card's sake; nothing
 * waits for the disk. Thread-safe.
 */
public final class ActFile implements Act.Memory, AutoCloseable {
    /** Kept in memory, and looked for in the files at the start. */
    public static final int KEPT_MAX = 500;

    /** A file that is longer becomes the second one, bytes. */
    static final long FILE_BYTES_MAX = 128 * 1024;

    /** They are written no more often than this. */
    static final Duration WRITE_EVERY = Duration.ofSeconds(10);

    /** Lines that wait for a disk that can't be written; the oldest go first. */
    static final int WAITING_MAX = 1_000;

    private static final double NANOS_PER_SECOND = 1e9;

    /** Runs a task on the thread that may wait for the disk. */
    @FunctionalInterface
    public interface Later {
        /** After this time. */
        void run(Runnable task, Duration after);
    }

    private final Path file;
    private final Path former;
    private final Later later;
    private final TimeSource time;
    private final Counter lost;
    private final OnceLog log = new OnceLog(LoggerFactory.getLogger(ActFile.class));
    private final Object disk = new Object();
    private final Deque<Act> kept = new ArrayDeque<>();
    private final Deque<Act> waiting = new ArrayDeque<>();
    private boolean scheduled;
    private long lastWrittenNanos = Long.MIN_VALUE;

    /** Reads what there is; what can't be read is left out. */
    public ActFile(Path file, Later later, TimeSource time, Metrics metrics) {
        this.file = file;
        this.former = file.resolveSibling(file.getFileName() + ".1");
        this.later = later;
        this.time = time;
        this.lost =
                metrics.counter(
                        "pipit_acts_lost",
                        "Writes to actuators that could not be noted down, or not be read again");
        read(former);
        read(file);
    }

    private void read(Path from) {
        try {
            // Both are as long as a line more than they may be, at the most.
            for (String line : Files.readAllLines(from, StandardCharsets.UTF_8)) {
                Optional<Act> act = parse(line);
                act.ifPresent(this::keep);
                if (act.isEmpty() && !line.isBlank()) {
                    lost.increment();
                }
            }
        } catch (NoSuchFileException e) {
            // Nothing was ever set.
        } catch (IOException e) {
            log.warn(from.toString(), "can't be read, so who set what is forgotten: " + e);
        }
    }

    private void keep(Act act) {
        kept.addLast(act);
        if (kept.size() > KEPT_MAX) {
            kept.removeFirst();
        }
    }

    @Override
    public void add(Act act) {
        Duration after;
        synchronized (this) {
            keep(act);
            waiting.addLast(act);
            if (waiting.size() > WAITING_MAX) {
                waiting.removeFirst();
                lost.increment();
            }
            if (scheduled) {
                return;
            }
            scheduled = true;
            long since = time.monotonicNanos() - lastWrittenNanos;
            after =
                    lastWrittenNanos == Long.MIN_VALUE || since >= WRITE_EVERY.toNanos()
                            ? Duration.ZERO
                            : WRITE_EVERY.minusNanos(since);
        }
        later.run(this::write, after);
    }

    @Override
    public synchronized List<Act> last(@Nullable String actuator, int most) {
        List<Act> all = new ArrayList<>();
        for (Act act : kept) {
            if (actuator == null || act.actuator().equals(actuator)) {
                all.add(act);
            }
        }
        return List.copyOf(all.subList(Math.max(0, all.size() - most), all.size()));
    }

    private void write() {
        synchronized (disk) {
            List<Act> some;
            synchronized (this) {
                some = List.copyOf(waiting);
                waiting.clear();
                scheduled = false;
                lastWrittenNanos = time.monotonicNanos();
            }
            if (some.isEmpty()) {
                return;
            }
            var lines = new ByteArrayOutputStream();
            for (Act act : some) {
                lines.writeBytes(Document.write(document(act), Format.JSON));
                lines.write('\n');
            }
            try {
                if (Files.exists(file) && Files.size(file) > FILE_BYTES_MAX) {
                    Files.move(file, former, StandardCopyOption.REPLACE_EXISTING);
                }
                Files.write(
                        file,
                        lines.toByteArray(),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
                log.well(file.toString(), "can be written again");
            } catch (IOException e) {
                log.warn(file.toString(), "can't be written, so who set what isn't kept: " + e);
                synchronized (this) {
                    some.reversed().forEach(waiting::addFirst);
                }
            }
        }
    }

    /** A line; {@link #parse} reads it. */
    private static Map<String, Object> document(Act act) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("at-micros", act.wallMicros());
        fields.put("actuator", act.actuator());
        fields.put("what", act.what().toString());
        fields.put("value", act.value());
        fields.put("by", act.by().kind().toString());
        if (!act.by().name().isEmpty()) {
            fields.put("name", act.by().name());
        }
        if (!act.lease().isZero()) {
            fields.put("for-seconds", act.lease().toNanos() / NANOS_PER_SECOND);
        }
        if (!act.reason().isEmpty()) {
            fields.put("reason", act.reason());
        }
        return fields;
    }

    static Optional<Act> parse(String line) {
        try {
            Document fields = Document.read(line.getBytes(StandardCharsets.UTF_8), Format.JSON);
            Optional<What> what =
                    Arrays.stream(What.values())
                            .filter(each -> each.toString().equals(fields.get("what").text("")))
                            .findFirst();
            String actuator = fields.get("actuator").text("");
            if (what.isEmpty() || actuator.isEmpty()) {
                return Optional.empty();
            }
            Writer.Kind kind =
                    Writer.Kind.valueOf(fields.get("by").text("").toUpperCase(Locale.ROOT));
            return Optional.of(
                    new Act(
                            fields.get("at-micros").whole(0),
                            actuator,
                            what.get(),
                            fields.get("value").number(Double.NaN),
                            new Writer(kind, fields.get("name").text("")),
                            Duration.ofNanos(
                                    Math.round(
                                            fields.get("for-seconds").number(0)
                                                    * NANOS_PER_SECOND)),
                            fields.get("reason").text("")));
        } catch (WireException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Writes what still waits. */
    @Override
    public void close() {
        write();
    }
}
