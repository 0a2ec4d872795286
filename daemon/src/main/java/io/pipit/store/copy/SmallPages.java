package io.pipit.store.copy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives an older store's file the pages of a new one, where that takes seconds: a copy beside it
 * takes its place when it is whole. No state.
 */
public final class SmallPages {
    /** A page of a store, bytes: the least that a commit writes. It was 4,096. */
    public static final int PAGE_BYTES = 1_024;

    /** A larger file keeps its pages: copying it would hold up the start of a board by a minute. */
    private static final long COPIED_BYTES_MAX = 32L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(SmallPages.class);

    private SmallPages() {}

    /** Copies it where it has other pages, isn't too large, and there is room; else leaves it. */
    public static void take(Path store) {
        Path copy = store.resolveSibling(store.getFileName() + ".small");
        try {
            Files.deleteIfExists(copy);
            if (!Files.exists(store) || !copied(store, copy)) {
                return;
            }
            sync(copy, StandardOpenOption.WRITE);
            Files.move(copy, store, StandardCopyOption.ATOMIC_MOVE);
            Path directory = store.toAbsolutePath().getParent();
            if (directory != null) {
                sync(directory, StandardOpenOption.READ);
            }
        } catch (IOException | SQLException e) {
            LOG.info("the store {} keeps its pages as they are: {}", store, e.toString());
            try {
                Files.deleteIfExists(copy);
            } catch (IOException left) {
                LOG.debug("can't delete {}", copy, left);
            }
        }
    }

    /** Whether there is a copy that has all of it. */
    private static boolean copied(Path store, Path copy) throws IOException, SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store);
                Statement statement = connection.createStatement()) {
            long pageBytes = number(statement, "PRAGMA page_size");
            long bytes = pageBytes * number(statement, "PRAGMA page_count");
            long room = Files.getFileStore(store).getUsableSpace();
            if (pageBytes == PAGE_BYTES || bytes > COPIED_BYTES_MAX || room < 2 * bytes) {
                return false;
            }
            statement.execute("PRAGMA page_size = " + PAGE_BYTES);
            try (PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
                vacuum.setString(1, copy.toString());
                vacuum.execute();
            }
        }
        // The last connection brings it into the file; what is left of it would be another file's.
        Path wal = store.resolveSibling(store.getFileName() + "-wal");
        return !Files.exists(wal) || Files.size(wal) == 0;
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static void sync(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }
}
