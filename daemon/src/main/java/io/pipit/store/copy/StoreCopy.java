package io.pipit.store.copy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/**
 * Copies a store's file as it is at one moment, also while a node writes it: a reader like any
 * other, which holds up nobody (VACUUM INTO, sqlite.org/lang_vacuum.html). The write-ahead log
 * can't begin anew meanwhile and grows by what is written.
 *
 * <p>The copy has no log of its own any more. Places in the log were handed out since it was made,
 * so whoever opens it begins a new log, and finds what was measured before in the old one.
 */
public final class StoreCopy {
    /** How long a writer that changes the file's form is waited for. */
    private static final int BUSY_MS = 10_000;

    private StoreCopy() {}

    /**
     * Copies it.
     *
     * @param copy isn't there yet, or is empty and keeps its mode
     * @param application what the file has to be marked with
     * @return the version of its tables
     * @throws IOException in words; what there is of the copy is of no use then
     */
    public static int make(Path store, Path copy, int application) throws IOException {
        try {
            SQLiteConfig config = new SQLiteConfig();
            config.setReadOnly(true);
            config.setBusyTimeout(BUSY_MS);
            try (Connection connection = config.createConnection("jdbc:sqlite:" + store)) {
                if (number(connection, "PRAGMA application_id") != application) {
                    throw new IOException(store + " is no Pipit store");
                }
                try (Statement statement = connection.createStatement()) {
                    statement.execute("PRAGMA page_size = " + SmallPages.PAGE_BYTES);
                }
                try (PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
                    vacuum.setString(1, copy.toString());
                    vacuum.execute();
                }
            }
            return disown(copy);
        } catch (SQLException e) {
            throw new IOException(reason(store, copy, e), e);
        }
    }

    private static int disown(Path copy) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy)) {
            int version = number(connection, "PRAGMA user_version");
            try (Statement statement = connection.createStatement()) {
                // Whoever has the copy makes it durable.
                statement.execute("PRAGMA synchronous = OFF");
                statement.execute("PRAGMA journal_mode = MEMORY");
                statement.execute("BEGIN");
                statement.execute("DELETE FROM own");
                if (version > 1) {
                    statement.execute("DELETE FROM noted");
                }
                statement.execute("COMMIT");
            }
            return version;
        }
    }

    private static int number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    private static String reason(Path store, Path copy, SQLException e) {
        return switch (e.getErrorCode() & 0xff) {
            case 11, 26 ->
                    "the store "
                            + store
                            + " is damaged ("
                            + e.getMessage()
                            + "): restart pipit, which sets it aside and begins a new one; key,"
                            + " peers and configuration can be had --without-readings";
            case 13 ->
                    "no room left for a copy of "
                            + store
                            + " in "
                            + copy.toAbsolutePath().getParent()
                            + "; free some there, or name another place";
            default -> "can't copy the store " + store + ": " + e.getMessage();
        };
    }
}
