package io.pipit.store;

import io.pipit.port.TimeSource;
import io.pipit.store.copy.SmallPages;
import io.pipit.store.copy.StoreLock;
import io.pipit.store.format.OldRows;
import io.pipit.store.places.ReservedPlaces;
import io.pipit.store.wear.WriteAheadLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/**
 * The database file: held by one process, of a version that this program knows, set aside where it
 * is damaged. Opened and closed on one thread; connections are each their user's.
 */
final class StoreFile implements AutoCloseable {
    /** Each brings a file from the version before it to its own, which is its place from 1. */
    static final List<String> MIGRATIONS =
            List.of(
                    resource("schema-1.sql"),
                    resource("schema-2.sql"),
                    resource("schema-3.sql"),
                    resource("schema-4.sql"));

    /** The version from which on there are slots instead of rows. */
    private static final int SLOTS_SINCE = 4;

    /** After an unclean end a file up to this is checked whole: a second on a slow card. */
    private static final long CHECKED_BYTES_MAX = 32L << 20;

    private static final int WRITER_CACHE_KIB = 2_048;
    private static final int READER_CACHE_KIB = 1_024;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final Logger LOG = LoggerFactory.getLogger(StoreFile.class);

    private final Path file;
    private final List<String> migrations;
    private final long walBytesMax;
    private final StoreLock lock;
    private final ReservedPlaces places;
    private @Nullable Path setAside;

    private StoreFile(Path file, List<String> migrations, long walBytesMax, StoreLock lock) {
        this.file = file;
        this.migrations = migrations;
        this.walBytesMax = walBytesMax;
        this.lock = lock;
        this.places = new ReservedPlaces(beside(".reserved"));
    }

    /** What a result of SQLite means to us. */
    enum Trouble {
        DAMAGED,
        OTHER;

        static Trouble of(SQLException e) {
            int code = e.getErrorCode() & 0xff;
            return code == 11 || code == 26 ? DAMAGED : OTHER;
        }
    }

    /**
     * Takes the file, makes it where there is none, and brings it up to date.
     *
     * @throws SqliteStore.Refused in words: another process has it, it is another program's, or a
     *     newer version's; it is untouched then
     * @throws IOException in words: it can't be opened now
     */
    static StoreFile open(Path file, List<String> migrations, long walBytesMax, TimeSource time)
            throws IOException {
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            StoreFile store = new StoreFile(file, migrations, walBytesMax, lock(file));
            try {
                store.prepare(time);
                return store;
            } catch (IOException | RuntimeException e) {
                store.close();
                throw e;
            }
        } catch (FileSystemException e) {
            throw new IOException("can't open the store " + file + ": " + reason(e), e);
        }
    }

    private static StoreLock lock(Path file) throws IOException {
        StoreLock lock = StoreLock.take(file);
        if (lock == null) {
            throw new SqliteStore.Refused(
                    "another pipit uses the store "
                            + file
                            + "; stop it, or give this one another data-dir");
        }
        return lock;
    }

    private void prepare(TimeSource time) throws IOException {
        try {
            boolean unclean = isFilled(beside("-wal"));
            if (isFilled(file)) {
                refuseForeign();
                check(unclean);
                migrate();
                SmallPages.take(file);
                return;
            } else if (Files.exists(file)) {
                // A store never is: whoever emptied it, what was in it is gone.
                throw new SQLException("it is empty", null, 11);
            }
            migrate();
        } catch (SQLException e) {
            if (Trouble.of(e) != Trouble.DAMAGED) {
                throw new IOException("can't open the store: " + reason(e), e);
            }
            beginAnew(time, e.getMessage());
        }
    }

    /** Sets the damaged file aside and makes a new one in its place. */
    void beginAnew(TimeSource time, @Nullable String why) throws IOException {
        setAside(time, why);
        try {
            migrate();
        } catch (SQLException e) {
            throw new IOException("can't make a new store: " + reason(e), e);
        }
    }

    /** What is wrong, where, and what to do. */
    String reason(SQLException e) {
        return switch (e.getErrorCode() & 0xff) {
            case 13 ->
                    "no room left for "
                            + file
                            + "; free some on that file system, or lower max-size of [store]";
            case 8 -> file + " can't be written; look whether its file system became read-only";
            case 10 ->
                    file
                            + " can't be written ("
                            + e.getMessage()
                            + "); look at the card and at the kernel's messages (dmesg)";
            case 14 ->
                    file
                            + " can't be opened ("
                            + e.getMessage()
                            + "); look who may write it and its directory, and whether there is room";
            default -> file + " can't be written: " + e.getMessage();
        };
    }

    private static String reason(FileSystemException e) {
        String why = e.getReason() == null ? "" : " (" + e.getReason() + ")";
        return e instanceof AccessDeniedException
                ? "not allowed to write "
                        + e.getFile()
                        + "; give it and its directory to the user that pipit runs as"
                : "can't write "
                        + e.getFile()
                        + why
                        + "; look whether there is room, and whether its file system is mounted and"
                        + " became read-only (dmesg)";
    }

    private static boolean isFilled(Path path) throws IOException {
        return Files.exists(path) && Files.size(path) > 0;
    }

    /** A look that changes nothing. */
    private void refuseForeign() throws IOException, SQLException {
        try (Connection connection = connectReader()) {
            int application = number(connection, "PRAGMA application_id");
            int version = number(connection, "PRAGMA user_version");
            boolean empty = number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
            if (application != SqliteStore.APPLICATION_ID && !(empty && application == 0)) {
                throw new SqliteStore.Refused(
                        file
                                + " is another program's database, not a Pipit store; name another"
                                + " data-dir");
            }
            if (version > migrations.size()) {
                throw new SqliteStore.Refused(
                        "the store "
                                + file
                                + " is of version "
                                + version
                                + ", this pipit knows up to "
                                + migrations.size()
                                + "; install the newer pipit again, or move the file away");
            }
        }
    }

    /** Finds damage before it is built upon; a large file only where there was a reason to. */
    private void check(boolean unclean) throws IOException, SQLException {
        boolean suspect = Files.exists(beside(".suspect"));
        if (!suspect && (!unclean || Files.size(file) > CHECKED_BYTES_MAX)) {
            return;
        }
        try (Connection connection = connectReader();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("PRAGMA quick_check(1)")) {
            String said = result.next() ? result.getString(1) : "nothing";
            if (!"ok".equals(said)) {
                throw new SQLException("quick_check: " + said, null, 11);
            }
        }
        Files.deleteIfExists(beside(".suspect"));
    }

    private void migrate() throws IOException, SQLException {
        boolean isNew = !Files.exists(file);
        try {
            migrateInSteps();
        } catch (SQLException e) {
            if (isNew && !isFilled(file)) {
                // Where there is no room for a store there is none, rather than an empty one.
                Files.deleteIfExists(file);
            }
            throw e;
        }
    }

    private void migrateInSteps() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            int version = number(connection, "PRAGMA user_version");
            for (int next = version; next < migrations.size(); next++) {
                statement.execute("BEGIN IMMEDIATE");
                try {
                    for (String sql : migrations.get(next).split(";\\s*\n", -1)) {
                        if (!sql.isBlank()) {
                            statement.execute(sql);
                        }
                    }
                    if (next + 1 == SLOTS_SINCE) {
                        OldRows.move(connection);
                    }
                    statement.execute("PRAGMA application_id = " + SqliteStore.APPLICATION_ID);
                    statement.execute("PRAGMA user_version = " + (next + 1));
                    statement.execute("COMMIT");
                } catch (SQLException e) {
                    rollback(statement, e);
                    throw e;
                }
            }
        }
    }

    private static void rollback(Statement statement, SQLException because) {
        try {
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            because.addSuppressed(e);
        }
    }

    private void setAside(TimeSource time, @Nullable String why) throws IOException {
        String suffix =
                ".damaged-" + TIME.format(Instant.ofEpochSecond(time.wallMicros() / 1_000_000));
        Path aside = beside(suffix);
        for (int n = 2; Files.exists(aside); n++) {
            aside = beside(suffix + "-" + n);
        }
        for (String part : List.of("-wal", "-shm", "")) {
            if (Files.exists(beside(part))) {
                Files.move(beside(part), aside.resolveSibling(aside.getFileName() + part));
            }
        }
        Files.deleteIfExists(beside(".suspect"));
        setAside = aside;
        LOG.error(
                "the store {} is damaged ({}); it was set aside as {} and a new one begun",
                file,
                why,
                aside);
    }

    /** Where the damaged file before this one is now. */
    @Nullable Path setAside() {
        return setAside;
    }

    /** Has the whole file checked at the next start. */
    void suspect() {
        try {
            Files.write(beside(".suspect"), new byte[0]);
        } catch (IOException e) {
            LOG.warn("can't leave a note that {} may be damaged", file, e);
        }
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** Of the file with its write-ahead log; 0 where that can't be seen. */
    long bytes() {
        try {
            Path wal = beside("-wal");
            return Files.size(file) + (Files.exists(wal) ? Files.size(wal) : 0);
        } catch (IOException e) {
            return 0;
        }
    }

    Path path() {
        return file;
    }

    /** Where places are reserved while the file can't be written. */
    ReservedPlaces places() {
        return places;
    }

    /** For the writer. */
    Session openWriter() throws SQLException {
        return new Session(connect());
    }

    /** To be opened when something was committed; null where it can't be had. */
    @Nullable WriteAheadLog writeAheadLog() {
        return WriteAheadLog.open(beside("-wal"));
    }

    /** For a reader: can't change anything. */
    Session openReader() throws SQLException {
        return new Session(connectReader());
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA page_size = " + SmallPages.PAGE_BYTES);
            statement.execute("PRAGMA auto_vacuum = INCREMENTAL");
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            int pageBytes = number(connection, "PRAGMA page_size");
            statement.execute("PRAGMA wal_autocheckpoint = " + walBytesMax / 2 / pageBytes);
            statement.execute("PRAGMA journal_size_limit = " + walBytesMax);
            statement.execute("PRAGMA cache_size = -" + WRITER_CACHE_KIB);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private Connection connectReader() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setCacheSize(-READER_CACHE_KIB);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    private static int number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            return result.next() ? result.getInt(1) : 0;
        }
    }

    private static String resource(String name) {
        try (InputStream in = StoreFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("can't read " + name + " of the program", e);
        }
    }

    /** Lets another process have it; connections are closed by whoever made them. */
    @Override
    public void close() throws IOException {
        try (lock) {
            places.close();
        }
    }

    /** A connection, its transactions and its prepared statements. For one thread at a time. */
    static final class Session implements AutoCloseable {
        private static final int IO_ERROR = 10;

        private final Connection connection;
        private final Statement statement;
        private final Map<String, PreparedStatement> prepared = new HashMap<>();
        private boolean durable = true;
        private @Nullable Sync log;
        private boolean unsynced;

        Session(Connection connection) throws SQLException {
            this.connection = connection;
            this.statement = connection.createStatement();
        }

        /** What is done in one transaction. */
        interface Work {
            void run() throws SQLException;
        }

        /** Returns when all that is committed is on the disk. */
        interface Sync {
            void run() throws IOException;
        }

        /** Syncs by this from now on instead of by SQLite. */
        void syncsBy(Sync sync) {
            log = sync;
        }

        /**
         * All of it or nothing.
         *
         * @param sync whether it is on the disk when this returns; else the next one's sync covers
         *     it
         */
        void write(boolean sync, Work work) throws SQLException {
            Sync by = log;
            boolean bySqlite = sync && by == null;
            if (bySqlite != durable) {
                statement.execute("PRAGMA synchronous = " + (bySqlite ? "FULL" : "NORMAL"));
                durable = bySqlite;
            }
            if (unsynced) {
                bringIntoTheFile();
                unsynced = false;
            }
            within("BEGIN IMMEDIATE", work);
            if (sync && by != null) {
                try {
                    by.run();
                } catch (IOException e) {
                    unsynced = true;
                    throw new SQLException("its log can't be synced: " + e, null, IO_ERROR, e);
                }
            }
        }

        /**
         * After a sync that failed: what the kernel couldn't write it takes for written, and behind
         * that gap a commit would be lost with the power. So nothing is committed before the log
         * was begun anew.
         */
        private void bringIntoTheFile() throws SQLException {
            try (ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
                if (row.next() && row.getInt(1) != 0) {
                    throw new SQLException("its log is being read", null, IO_ERROR);
                }
            }
        }

        /** Sees the file as it is at the beginning. */
        void read(Work work) throws SQLException {
            within("BEGIN", work);
        }

        private void within(String begin, Work work) throws SQLException {
            statement.execute(begin);
            boolean done = false;
            try {
                work.run();
                statement.execute("COMMIT");
                done = true;
            } finally {
                if (!done) {
                    forget();
                    rollback();
                }
            }
        }

        /**
         * Prepares all anew: the driver closes a statement that failed (sqlite-jdbc, DB.execute).
         */
        void forget() {
            for (PreparedStatement one : prepared.values()) {
                try {
                    one.close();
                } catch (SQLException alreadyClosed) {
                    assert alreadyClosed != null;
                }
            }
            prepared.clear();
        }

        /**
         * After some errors SQLite did so by itself, and says that there is nothing to roll back.
         */
        private void rollback() {
            try {
                statement.execute("ROLLBACK");
            } catch (SQLException alreadyDone) {
                assert alreadyDone != null;
            }
        }

        /** The statement, with these numbers bound; the same one for the same text. */
        PreparedStatement prepare(String sql, long... values) throws SQLException {
            PreparedStatement known = prepared.get(sql);
            if (known == null) {
                known = connection.prepareStatement(sql);
                prepared.put(sql, known);
            }
            for (int i = 0; i < values.length; i++) {
                known.setLong(i + 1, values[i]);
            }
            return known;
        }

        /** Runs a statement that changes something; how many rows it changed. */
        int update(String sql, long... values) throws SQLException {
            return prepare(sql, values).executeUpdate();
        }

        /** The first column of the first row, or what is given. */
        long number(long otherwise, String sql, long... values) throws SQLException {
            try (ResultSet result = prepare(sql, values).executeQuery()) {
                return result.next() ? result.getLong(1) : otherwise;
            }
        }

        /** For a text that isn't asked again. */
        Statement statement() throws SQLException {
            return connection.createStatement();
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
