-- Logs by small numbers: this node's own and its peers'.
CREATE TABLE log (
    number     INTEGER PRIMARY KEY,
    origin     BLOB    NOT NULL,              -- 16 bytes, NodeId
    id         INTEGER NOT NULL,              -- 64 bits, LogId
    first_kept INTEGER NOT NULL DEFAULT 1,
    UNIQUE (origin, id)
) STRICT;

-- Which of them is this node's own, and up to where its sequences were handed out.
CREATE TABLE own (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    log      INTEGER NOT NULL REFERENCES log (number),
    reserved INTEGER NOT NULL
) STRICT;

-- The machine's boots, counted within the own log.
CREATE TABLE boot (
    log    INTEGER NOT NULL REFERENCES log (number),
    number INTEGER NOT NULL,
    id     TEXT    NOT NULL,                  -- the kernel's boot_id
    PRIMARY KEY (log, number)
) STRICT, WITHOUT ROWID;

-- One series of one log in one unit.
CREATE TABLE series (
    number        INTEGER PRIMARY KEY,
    log           INTEGER NOT NULL REFERENCES log (number),
    name          TEXT    NOT NULL,           -- sensor/quantity
    unit          TEXT    NOT NULL,
    last_sequence INTEGER NOT NULL DEFAULT 0, -- written when the newest reading is trimmed
    UNIQUE (log, name, unit)
) STRICT;

CREATE TABLE clock (
    log           INTEGER NOT NULL,
    sequence      INTEGER NOT NULL,
    boot          INTEGER NOT NULL,
    monotonic     INTEGER NOT NULL,           -- microseconds since that boot
    wall_offset   INTEGER NOT NULL,           -- microseconds
    synchronised  INTEGER NOT NULL,
    PRIMARY KEY (log, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursor (
    log      INTEGER NOT NULL,
    filter   TEXT    NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (log, filter)
) STRICT, WITHOUT ROWID;

-- The newest readings, in log order: an append touches the last page alone. The value has no affinity,
-- since a REAL column would turn -0.0 into 0.
CREATE TABLE reading (
    log       INTEGER NOT NULL,
    sequence  INTEGER NOT NULL,
    series    INTEGER NOT NULL,
    boot      INTEGER NOT NULL,
    monotonic INTEGER NOT NULL,
    value,
    PRIMARY KEY (log, sequence)
) WITHOUT ROWID;

-- Older ones: stretches of one series and one boot, those of a series never overlapping.
CREATE TABLE block (
    id             INTEGER PRIMARY KEY,
    log            INTEGER NOT NULL,
    series         INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence  INTEGER NOT NULL,
    boot           INTEGER NOT NULL,
    min_monotonic  INTEGER NOT NULL,
    max_monotonic  INTEGER NOT NULL,
    data           BLOB    NOT NULL           -- BlockCodec
) STRICT;
CREATE UNIQUE INDEX block_by_series ON block (series, last_sequence, first_sequence);
CREATE INDEX block_by_time ON block (series, boot, max_monotonic, min_monotonic, last_sequence, first_sequence);
CREATE INDEX block_by_log ON block (log, last_sequence, boot, max_monotonic);
