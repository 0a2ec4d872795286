-- Rows keyed by one number, the log and the sequence together (StoredLog.place): only where rows are appended behind the last
-- rowid of all does SQLite fill one page after the other; in the table before it moved rows between three pages whenever one was full.
CREATE TABLE placed (
    place     INTEGER PRIMARY KEY,
    series    INTEGER NOT NULL,
    boot      INTEGER NOT NULL,
    monotonic INTEGER NOT NULL,
    value                                     -- no affinity, as before
);
INSERT INTO placed
    SELECT (32767 - log) << 48 | sequence, series, boot, monotonic, value FROM reading
    WHERE sequence BETWEEN 0 AND 281474976710655 ORDER BY 1;
DROP TABLE reading;
ALTER TABLE placed RENAME TO reading;
