package io.pipit.model;

/** One place of a node's log. */
public sealed interface LogEntry permits Reading, BootClock {
    /** The place: from 1, growing, not always by one; never used twice within a log. */
    long sequence();

    /** When it was taken. */
    Stamp at();
}
