package io.pipit.coap.door;

import java.util.Arrays;

/**
 * The connection IDs that this node gave to sessions that are there. Looking for one makes no
 * objects. Thread-safe; bounded by the sessions, of which there are few hundred at the most.
 */
public final class ConnectionIds {
    private final int bytes;
    private volatile long[] sorted = new long[0];

    /**
     * @param bytes that each has, eight at the most
     */
    public ConnectionIds(int bytes) {
        this.bytes = bytes;
    }

    /** From now on there is a session with this one. */
    public synchronized void add(byte[] id) {
        long number = Hashes.number(id, 0, id.length);
        if (id.length == bytes && Arrays.binarySearch(sorted, number) < 0) {
            long[] more = Arrays.copyOf(sorted, sorted.length + 1);
            more[sorted.length] = number;
            Arrays.sort(more);
            sorted = more;
        }
    }

    /** There isn't any more. */
    public synchronized void remove(byte[] id) {
        int at = Arrays.binarySearch(sorted, Hashes.number(id, 0, id.length));
        if (at >= 0) {
            long[] fewer = Arrays.copyOf(sorted, sorted.length - 1);
            System.arraycopy(sorted, at + 1, fewer, at, fewer.length - at);
            sorted = fewer;
        }
    }

    /** Whether one of them is there. */
    boolean contains(byte[] data, int offset) {
        return Arrays.binarySearch(sorted, Hashes.number(data, offset, offset + bytes)) >= 0;
    }

    int bytes() {
        return bytes;
    }
}
