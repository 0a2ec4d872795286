-- The own log's newest clock, written down before anybody is told of it; it gets its place in the log after that.
CREATE TABLE noted (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    boot         INTEGER NOT NULL,
    monotonic    INTEGER NOT NULL,            -- microseconds since that boot
    wall_offset  INTEGER NOT NULL,            -- microseconds
    synchronised INTEGER NOT NULL
) STRICT;
