-- What isn't packed yet: slots of one log each, by log and number (StoredLog.place), always of the same length (format.Slot), so that a commit
-- changes one page and no other. The rows before it are moved into slots by format.OldRows, since SQL alone can't, and their table goes.
CREATE TABLE tail (
    place INTEGER PRIMARY KEY,
    data  BLOB NOT NULL
) STRICT;
