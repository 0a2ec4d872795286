package io.pipit.store;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Timeline;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Condition;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.port.Entropy;
import io.pipit.port.Inbox;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingStore;
import io.pipit.port.TimeSource;
import io.pipit.store.StoreFile.Session;
import io.pipit.store.StoredLog.Track;
import io.pipit.store.Writer.Counters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's store in one SQLite file, by one writer thread and two readers. The writing side is
 * the node loop's alone, the reading side anybody's, as {@link ReadingStore} and {@link
 * ReadingHistory} say.
 */
public final class SqliteStore implements ReadingStore, ReadingHistory, AutoCloseable {
    /** Queries that wait for a reader at the most. */
    public static final int QUERIES_WAITING_MAX = 64;

    /** What a store's file is marked with, as SQLite's {@code application_id}: "PIPT". */
    public static final int APPLICATION_ID = 0x50495054;

    /** Of the tables as this program makes them. */
    public static final int VERSION = StoreFile.MIGRATIONS.size();

    /** The smallest file that can hold the store's own needs, bytes. */
    public static final long SIZE_BYTES_MIN = 1L << 20;

    private static final int READERS = 2;
    private static final long WAL_BYTES_MAX = 4L << 20;
    private static final long CLOSE_NANOS = 1_500_000_000L;
    private static final long AFTER_FAULT_NANOS = 1_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);

    /**
     * What the store is asked to do.
     *
     * @param self this node
     * @param bootId the kernel's name for the machine's present boot
     * @param commitEvery how long an entry waits for its commit at the most
     * @param keep how long readings are kept at the least, where there is room
     * @param maxSizeBytes of the file with its write-ahead log, at least {@link #SIZE_BYTES_MIN}
     * @param packRows rows packed in one step, where there are few series
     * @param successions who goes on with another key, this node among them, and with which
     * @param writeBudget what may be written to the card in a day, bytes; more is said
     */
    public record Settings(
            NodeId self,
            String bootId,
            Duration commitEvery,
            Duration keep,
            long maxSizeBytes,
            int packRows,
            Map<NodeId, NodeId> successions,
            OptionalLong writeBudget) {
        public Settings {
            successions = Map.copyOf(successions);
            if (commitEvery.isNegative() || keep.isNegative() || packRows < 1) {
                throw new IllegalArgumentException("commit-every and keep aren't negative");
            }
            if (maxSizeBytes < SIZE_BYTES_MIN) {
                throw new IllegalArgumentException(
                        "max-size is at least " + SIZE_BYTES_MIN + " bytes, not " + maxSizeBytes);
            }
        }

        /** With steps of packing as they were measured to be good. */
        public Settings(
                NodeId self,
                String bootId,
                Duration commitEvery,
                Duration keep,
                long maxSizeBytes) {
            this(
                    self,
                    bootId,
                    commitEvery,
                    keep,
                    maxSizeBytes,
                    Packer.STEP_ROWS_MIN,
                    Map.of(),
                    OptionalLong.empty());
        }

        /** With those who go on with another key. */
        public Settings after(Map<NodeId, NodeId> successors) {
            return new Settings(
                    self,
                    bootId,
                    commitEvery,
                    keep,
                    maxSizeBytes,
                    packRows,
                    successors,
                    writeBudget);
        }

        /** With a budget of what is written to the card. */
        public Settings within(OptionalLong dayBytes) {
            return new Settings(
                    self, bootId, commitEvery, keep, maxSizeBytes, packRows, successions, dayBytes);
        }

        /** How much of the whole the write-ahead log may take. */
        long walBytesMax() {
            return Math.min(WAL_BYTES_MAX, maxSizeBytes / 4);
        }
    }

    /**
     * What the store works with.
     *
     * @param names what people call a node, as filters over history have it; from any thread
     * @param threads makes the writer's and the readers'; they get names
     */
    public record Ports(
            Function<NodeId, Optional<String>> names,
            Inbox inbox,
            TimeSource time,
            ThreadFactory threads,
            Health health,
            Metrics metrics,
            Entropy entropy) {}

    /** The file is not to be touched: another process's, another program's, a newer version's. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    private final StoreFile file;
    private final Session session;
    private final Catalogue catalogue;
    private final StoredLog own;
    private final Recovered recovered;
    private final Pending pending = new Pending();
    private final Writer writer;
    private final Thread thread;
    private final ThreadPoolExecutor executor;
    private final BlockingQueue<Reader> readers = new ArrayBlockingQueue<>(READERS);
    private final TimeSource time;
    private final Counters counters;
    private volatile long stepBegan = Long.MIN_VALUE;

    /**
     * Opens the store, makes it where there is none, and starts its threads.
     *
     * @param file in a directory of its own; {@code -wal}, {@code -shm} and {@code .lock} stand
     *     beside it
     * @throws Refused in words, where it is nobody's to open; then nothing was changed
     * @throws IOException in words, where it can't be opened now; another time it may
     */
    public static SqliteStore open(Path file, Settings settings, Ports ports) throws IOException {
        return unstarted(file, settings, ports).started();
    }

    /** For a test that goes through {@link #step} by hand. */
    static SqliteStore unstarted(Path file, Settings settings, Ports ports) throws IOException {
        Counters counters = Counters.in(ports.metrics);
        StoreFile opened =
                StoreFile.open(file, StoreFile.MIGRATIONS, settings.walBytesMax(), ports.time);
        try {
            return open(opened, settings, ports, counters).measuredBy(ports.metrics);
        } catch (SQLException e) {
            opened.close();
            throw new IOException("can't open the store: " + opened.reason(e), e);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    private static SqliteStore open(
            StoreFile file, Settings settings, Ports ports, Counters counters)
            throws SQLException, IOException {
        Session session = file.openWriter();
        try {
            return new SqliteStore(file, session, settings, ports, counters);
        } catch (SQLException e) {
            session.close();
            if (StoreFile.Trouble.of(e) != StoreFile.Trouble.DAMAGED || file.setAside() != null) {
                throw e;
            }
            file.beginAnew(ports.time, e.getMessage());
            return open(file, settings, ports, counters);
        }
    }

    private SqliteStore(
            StoreFile file, Session session, Settings settings, Ports ports, Counters counters)
            throws SQLException {
        this.file = file;
        this.session = session;
        this.time = ports.time;
        this.counters = counters;
        Catalogue.rename(session, settings.successions());
        this.catalogue = new Catalogue(session, counters);
        this.own = catalogue.beginOwn(session, settings.self(), ports.entropy);
        int boot = Catalogue.beginBoot(session, own, settings.bootId());
        Catalogue.reserve(session, file.places().through(own.id));
        catalogue.recallClock(session, own);
        long reserved = session.number(0, "SELECT reserved FROM own");
        this.recovered = catalogue.recovered(session, own, boot, reserved + 1);
        Path aside = file.setAside();
        Condition healthy =
                aside == null
                        ? new Condition(Status.OK, "")
                        : new Condition(
                                Status.DEGRADED,
                                "the store was damaged and is begun anew; what was left of the old"
                                        + " one is "
                                        + aside);
        this.writer =
                new Writer(
                        file, session, catalogue, own, boot, pending, settings, reserved, ports,
                        healthy, counters);
        for (int i = 0; i < READERS; i++) {
            readers.add(
                    new Reader(file.openReader(), catalogue, own, pending, ports.names, counters));
        }
        this.executor =
                new ThreadPoolExecutor(
                        READERS,
                        READERS,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUERIES_WAITING_MAX),
                        work -> named(ports.threads.newThread(work), "store-reader"));
        this.thread = named(ports.threads.newThread(this::write), "store-writer");
        ports.health.set(Part.STORE, healthy.status(), healthy.reason());
        writer.tellOfBlocks();
    }

    private static Thread named(Thread thread, String name) {
        thread.setName(name);
        return thread;
    }

    private SqliteStore measuredBy(Metrics metrics) {
        metrics.counted(
                "pipit_store_written_bytes",
                "Written to the card by the store, as the kernel counts",
                writer::writtenBytes);
        metrics.gauge("pipit_store_queue_entries", "Entries not yet committed", pending::entries);
        metrics.gauge(
                "pipit_store_queries_waiting",
                "Queries that wait for a reader",
                () -> executor.getQueue().size());
        metrics.gauge("pipit_store_series", "Series of all logs", catalogue::series);
        metrics.gauge("pipit_store_bytes", "The file with its write-ahead log", file::bytes);
        return this;
    }

    private SqliteStore started() {
        thread.start();
        return this;
    }

    @Override
    public Recovered recovered() {
        return recovered;
    }

    @Override
    public void reserve(long through) {
        pending.reserve(through);
    }

    @Override
    public void note(BootClock clock) {
        pending.note(clock);
    }

    @Override
    public boolean append(List<LogEntry> entries) {
        return append(own, null, entries, 0);
    }

    @Override
    public boolean append(Cursor cursor, List<LogEntry> entries, long completeTo) {
        StoredLog log = catalogue.logFor(cursor.origin(), cursor.log());
        if (log == null) {
            counters.tooMany().increment();
            return false;
        }
        return append(log, cursor, entries, completeTo);
    }

    @Override
    public void renamed(NodeId before, NodeId after) {
        catalogue.renamed(before, after);
    }

    @Override
    public void flush() {
        pending.flush();
    }

    private boolean append(
            StoredLog log, @Nullable Cursor cursor, List<LogEntry> entries, long completeTo) {
        if (writer.damaged().isDone() || !pending.hasRoom(entries.size())) {
            counters.queueFull().increment();
            return false;
        }
        List<LogEntry> taken = new ArrayList<>(entries.size());
        for (LogEntry entry : entries) {
            boolean fits =
                    entry.sequence() <= StoredLog.SEQUENCE_MAX
                            && switch (entry) {
                                case BootClock clock -> log.saw(clock);
                                case Reading reading ->
                                        catalogue.columnFor(
                                                        log,
                                                        reading.series(),
                                                        reading.unit(),
                                                        log == own)
                                                != null;
                            };
            if (fits) {
                taken.add(entry);
            } else {
                counters.tooMany().increment();
            }
        }
        pending.add(new Pending.Call(log, cursor, taken, completeTo, time.monotonicNanos()));
        long end = log.end;
        for (LogEntry entry : taken) {
            end = Math.max(end, entry.sequence());
            if (entry instanceof Reading reading) {
                Track track = log.tracks.get(reading.series());
                if (track != null) {
                    track.saw(reading);
                }
            }
        }
        log.end = end;
        return true;
    }

    @Override
    public CompletionStage<LogSlice> read(LogQuery query) {
        return ask(reader -> reader.read(query));
    }

    @Override
    public CompletionStage<Page> read(HistoryQuery query) {
        return ask(reader -> reader.read(query));
    }

    @Override
    public CompletionStage<List<Kept>> newest(Filter filter) {
        return ask(reader -> reader.newest(filter));
    }

    /** What is asked of a reader, on whatever thread. */
    interface Question<T> {
        T ask(Reader reader) throws SQLException;
    }

    private <T> CompletionStage<T> ask(Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> answer(question, answer));
        } catch (RejectedExecutionException e) {
            counters.queriesRefused().increment();
            answer.completeExceptionally(
                    new UncheckedIOException(
                            new IOException(
                                    "the store is closed, or "
                                            + QUERIES_WAITING_MAX
                                            + " queries wait already; ask again later",
                                    e)));
        }
        return answer;
    }

    /** On this thread, for a test. */
    <T> T askHere(Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        answer(question, answer);
        return answer.join();
    }

    /** As if the disk were so small, for a test. */
    void limitPages(long pages) throws SQLException {
        session.number(0, "PRAGMA max_page_count = " + pages);
    }

    /** As if it were synced so, for a test. */
    void syncBy(Session.Sync sync) {
        session.syncsBy(sync);
    }

    /** One piece of the writer's work. */
    long step() {
        return writer.step();
    }

    private <T> void answer(Question<T> question, CompletableFuture<T> answer) {
        Reader reader = readers.poll();
        try {
            if (reader == null) {
                throw new IOException("the store is closed");
            }
            answer.complete(question.ask(reader));
        } catch (SQLException e) {
            if (StoreFile.Trouble.of(e) == StoreFile.Trouble.DAMAGED) {
                writer.giveUp(e.getMessage());
            }
            answer.completeExceptionally(
                    new UncheckedIOException(
                            new IOException(
                                    "can't read the store " + file.path() + ": " + e.getMessage(),
                                    e)));
        } catch (IOException e) {
            answer.completeExceptionally(new UncheckedIOException(e));
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        } finally {
            if (reader != null) {
                readers.add(reader);
            }
            writer.tellOfBlocks();
        }
    }

    @Override
    public Timeline timeline(NodeId origin, LogId log) {
        return catalogue.log(origin, log).map(StoredLog::timeline).orElse(Timeline.EMPTY);
    }

    @Override
    public long firstKept(NodeId origin, LogId log) {
        return catalogue.log(origin, log).map(known -> known.firstKept).orElse(1L);
    }

    @Override
    public Optional<Reading> latest(Series series) {
        return Optional.ofNullable(own.tracks.get(series)).map(track -> track.newest);
    }

    @Override
    public List<Series> series() {
        return own.tracks.keySet().stream().sorted().toList();
    }

    /**
     * When the writer last showed that it isn't stuck, monotonic nanoseconds: now, while it waits
     * for work or for the next try; else when it began with what it is doing. For the watchdog.
     */
    public long lastProgressNanos() {
        long began = stepBegan;
        return began == Long.MIN_VALUE ? time.monotonicNanos() : began;
    }

    /** Completed with the reason when the file turns out to be damaged; a restart begins anew. */
    public CompletionStage<String> damaged() {
        return writer.damaged().copy();
    }

    private void write() {
        long closeBy = Long.MAX_VALUE;
        while (!Thread.currentThread().isInterrupted()) {
            long wait;
            stepBegan = time.monotonicNanos();
            try {
                wait = writer.step();
            } catch (RuntimeException e) {
                LOG.error("the store's writer failed at something; it goes on", e);
                counters.failures().increment();
                wait = AFTER_FAULT_NANOS;
            }
            stepBegan = Long.MIN_VALUE;
            if (pending.closing()) {
                closeBy = Math.min(closeBy, time.monotonicNanos() + CLOSE_NANOS / 2);
                if (wait == Long.MAX_VALUE || time.monotonicNanos() - closeBy > 0) {
                    return;
                }
                wait = Math.min(wait, CLOSE_NANOS / 20);
            }
            try {
                pending.await(wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Commits what waits, within two seconds where that can be, and lets go of the file. */
    @Override
    public void close() throws IOException {
        pending.close();
        executor.shutdown();
        try {
            if (thread.getState() == Thread.State.NEW) {
                write();
            } else if (!thread.join(Duration.ofNanos(CLOSE_NANOS))) {
                LOG.error("the store's writer hangs; {} is left as it is", file.path());
                thread.interrupt();
                return;
            }
            if (!executor.awaitTermination(CLOSE_NANOS, TimeUnit.NANOSECONDS)) {
                LOG.warn("a query of the store is not done yet");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (pending.entries() > 0) {
            LOG.error("{} entries could not be committed and are lost", pending.entries());
        }
        try {
            for (Reader reader = readers.poll(); reader != null; reader = readers.poll()) {
                reader.close();
            }
            session.close();
            writer.close();
        } catch (SQLException e) {
            throw new IOException("can't close the store " + file.path(), e);
        } finally {
            file.close();
        }
    }
}
