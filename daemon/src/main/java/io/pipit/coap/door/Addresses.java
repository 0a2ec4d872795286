package io.pipit.coap.door;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that something is known of, so many at the most; the one that was put in first makes
 * way. To learn that an address isn't among them takes neither a lock nor an object, nearly always.
 * Thread-safe.
 */
public final class Addresses<V> {
    private static final int MARKS = 4_096;

    private final int most;
    private final Runnable forgot;
    private final Map<InetSocketAddress, V> known = new LinkedHashMap<>();
    private final AtomicIntegerArray marks = new AtomicIntegerArray(MARKS);

    /**
     * @param most how many
     * @param forgot told each time that one had to make way
     */
    public Addresses(int most, Runnable forgot) {
        this.most = most;
        this.forgot = forgot;
    }

    /** Puts it in, behind all others; returns what was known of it before. */
    public @Nullable V put(InetSocketAddress address, V value) {
        boolean full = false;
        V before;
        synchronized (known) {
            before = known.remove(address);
            known.put(address, value);
            if (before == null) {
                mark(address, 1);
                if (known.size() > most) {
                    InetSocketAddress eldest = known.keySet().iterator().next();
                    known.remove(eldest);
                    mark(eldest, -1);
                    full = true;
                }
            }
        }
        if (full) {
            forgot.run();
        }
        return before;
    }

    /** What is known of it; null where nothing is. */
    public @Nullable V get(InetSocketAddress address) {
        synchronized (known) {
            return known.get(address);
        }
    }

    /** Whether something is known of it. */
    public boolean contains(InetAddress address, int port) {
        return marks.get(index(address, port)) > 0
                && get(new InetSocketAddress(address, port)) != null;
    }

    /** Takes it out; returns what was known of it. */
    public @Nullable V remove(InetSocketAddress address) {
        synchronized (known) {
            V value = known.remove(address);
            if (value != null) {
                mark(address, -1);
            }
            return value;
        }
    }

    /** Takes it out where that is what is known of it. */
    public void remove(InetSocketAddress address, V value) {
        synchronized (known) {
            if (known.remove(address, value)) {
                mark(address, -1);
            }
        }
    }

    /** Takes out all of which that is known. */
    public void removeAll(V value) {
        synchronized (known) {
            known.entrySet()
                    .removeIf(entry -> {
                        boolean same = entry.getValue().equals(value);
                        if (same) {
                            mark(entry.getKey(), -1);
                        }
                        return same;
                    });
        }
    }

    /** All of them, as they are now. */
    public List<InetSocketAddress> all() {
        synchronized (known) {
            return new ArrayList<>(known.keySet());
        }
    }

    /** How many there are. */
    public int size() {
        synchronized (known) {
            return known.size();
        }
    }

    private void mark(InetSocketAddress address, int more) {
        marks.addAndGet(index(address.getAddress(), address.getPort()), more);
    }

    private static int index(InetAddress address, int port) {
        return Hashes.endpoint(address, port) & (MARKS - 1);
    }
}
