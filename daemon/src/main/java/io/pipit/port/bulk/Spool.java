package io.pipit.port.bulk;

/** The queue of files to send, on disk. What is in it is told with {@link BulkEvent.Spooled}. */
@FunctionalInterface
public interface Spool {
    /** Takes one out, with its bytes: it is delivered or cancelled. Never blocks. */
    void remove(long number);
}
