package io.pipit.store.format;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The step from rows, one a reading, to slots. No state. */
public final class OldRows {
    /** Below it a place has the row's sequence or the slot's number, above it the log. */
    private static final int LOG_BITS_FROM = 48;

    private OldRows() {}

    /** Moves all rows of the table {@code reading} into slots, and drops it; in a transaction. */
    public static void move(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO tail (place, data) VALUES (?,?)");
                ResultSet row =
                        statement.executeQuery(
                                "SELECT place, series, boot, monotonic, value FROM reading ORDER BY"
                                        + " place")) {
            SlotWriter slot = null;
            long place = 0;
            while (row.next()) {
                long log = row.getLong(1) >> LOG_BITS_FROM;
                long sequence = row.getLong(1) - (log << LOG_BITS_FROM);
                int boot = row.getInt(3);
                boolean sameLog = place >> LOG_BITS_FROM == log;
                if (slot == null || !sameLog || slot.boot() != boot || !slot.hasRoom()) {
                    insert(insert, place, slot);
                    place = sameLog && slot != null ? place + 1 : (log << LOG_BITS_FROM) + 1;
                    slot = new SlotWriter(boot);
                }
                slot.add(sequence, row.getInt(2), row.getLong(4), row.getDouble(5));
            }
            insert(insert, place, slot);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE reading");
        }
    }

    private static void insert(PreparedStatement insert, long place, @Nullable SlotWriter slot)
            throws SQLException {
        if (slot != null) {
            insert.setLong(1, place);
            insert.setBytes(2, slot.toBytes());
            insert.executeUpdate();
        }
    }
}
