package io.pipit.http.page;

import io.pipit.monitor.Counter;
import io.pipit.wire.Format;
import io.pipit.wire.Senml;
import io.pipit.wire.Senml.Item;
import io.pipit.wire.WireException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.stream.Stream;

/**
 * Readings on their way to those who watch, thinned to what can be seen: of each series, of each
 * time that they are taken, the lowest, the highest and the last. So a sensor at a thousand
 * readings a second is as much as any other.
 */
final class Flow {
    /** What may wait, bytes of packs; what doesn't fit is dropped, and counted. */
    static final int WAITING_BYTES_MAX = 1 << 20;

    /** Series that are shown live; of others no reading goes out, which is counted. */
    static final int SERIES_MAX = 2_000;

    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private final Counter dropped;
    private int waitingBytes;

    /**
     * An empty one.
     *
     * @param dropped packs, or series of one, that found no room
     */
    Flow(Counter dropped) {
        this.dropped = dropped;
    }

    /** Adds a pack of SenML in CBOR. Any thread; never blocks. */
    synchronized void offer(byte[] pack) {
        if (waitingBytes + pack.length > WAITING_BYTES_MAX) {
            dropped.increment();
            return;
        }
        waiting.add(pack);
        waitingBytes += pack.length;
    }

    /** Nobody wants what waits. */
    synchronized void clear() {
        waiting.clear();
        waitingBytes = 0;
    }

    private synchronized List<byte[]> packs() {
        List<byte[]> packs = List.copyOf(waiting);
        clear();
        return packs;
    }

    private record Key(String base, String name) {}

    private record Seen(Item lowest, Item highest, Item last) {
        Seen and(Item item) {
            return new Seen(
                    value(item) < value(lowest) ? item : lowest,
                    value(item) > value(highest) ? item : highest,
                    item.timeMicros() >= last.timeMicros() ? item : last);
        }

        Stream<Item> items() {
            return Stream.of(lowest, highest, last)
                    .distinct()
                    .sorted(Comparator.comparingLong(Item::timeMicros));
        }
    }

    private static double value(Item item) {
        Double value = item.value();
        return value == null ? 0 : value;
    }

    /**
     * What came since the last time, by series.
     *
     * @param nowMicros for what has no time of its own
     */
    List<Item> take(long nowMicros) {
        Map<Key, Seen> seen = new LinkedHashMap<>();
        for (byte[] pack : packs()) {
            for (Item item : items(pack)) {
                if (item.value() == null) {
                    continue;
                }
                Item timed = item.isRelative() ? at(item, nowMicros + item.timeMicros()) : at(item);
                Key key = new Key(item.base(), item.name());
                Seen before = seen.get(key);
                if (before != null) {
                    seen.put(key, before.and(timed));
                } else if (seen.size() < SERIES_MAX) {
                    seen.put(key, new Seen(timed, timed, timed));
                } else {
                    dropped.increment();
                }
            }
        }
        List<Item> thinned = new ArrayList<>();
        seen.values().forEach(one -> one.items().forEach(thinned::add));
        return thinned;
    }

    private List<Item> items(byte[] pack) {
        try {
            return Senml.decode(pack, Format.CBOR);
        } catch (WireException e) {
            dropped.increment();
            return List.of();
        }
    }

    /** Without its place in the log, which nobody sees. */
    private static Item at(Item item) {
        return at(item, item.timeMicros());
    }

    private static Item at(Item item, long timeMicros) {
        return new Item(item.base(), item.name(), item.unit(), timeMicros, value(item));
    }
}
