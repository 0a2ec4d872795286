package io.pipit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.port.Event;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingHistory.LogQuery;
import io.pipit.port.ReadingStore.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryStoreTest {
    private static final NodeId SELF = NodeId.ofBytes(new byte[16]);
    private static final Series TEMPERATURE = new Series("air", "temperature");
    private static final Series LEVEL = new Series("light", "level");

    private final List<Event> told = new ArrayList<>();
    private boolean full;
    private long entropy = 40;
    private final MemoryStore store = store();
    private final LogId log = store.recovered().log();

    private MemoryStore store() {
        return new MemoryStore(
                SELF,
                () -> entropy++,
                node -> Optional.of("greenhouse"),
                event -> !full && told.add(event));
    }

    private static Reading reading(long sequence, Series series) {
        return new Reading(sequence, new Stamp(1, sequence), series, sequence, "Cel");
    }

    private LogSlice slice(Filter filter, long after, int limit) {
        return store.read(new LogQuery(filter, log, after, Long.MAX_VALUE, limit))
                .toCompletableFuture()
                .join();
    }

    @Test
    void eachRunHasALogOfItsOwnFromTheFirstPlaceOn() {
        assertThat(store().recovered().log()).isNotEqualTo(log);
        assertThat(store.recovered().nextSequence()).isOne();
        store.reserve(65_536);
        assertThat(told).containsExactly(new Event.Reserved(65_536));
    }

    @Test
    void answersWhoMissedSomething() {
        BootClock clock = new BootClock(1, new Stamp(1, 0), 1_000, true);
        List<LogEntry> entries =
                List.of(clock, reading(2, TEMPERATURE), reading(3, LEVEL), reading(4, TEMPERATURE));
        assertThat(store.append(entries)).isTrue();

        assertThat(slice(Filter.ALL, 0, 100)).isEqualTo(new LogSlice(log, 1, 0, entries, 4));
        assertThat(slice(Filter.ALL, 1, 2).completeTo()).isEqualTo(3);
        assertThat(slice(Filter.of("light/*"), 1, 100))
                .isEqualTo(new LogSlice(log, 1, 1, List.of(reading(3, LEVEL)), 4));
        assertThat(slice(Filter.of("light/*"), 0, 0))
                .isEqualTo(new LogSlice(log, 1, 3, List.of(), 4));
        LogSlice other =
                store.read(new LogQuery(Filter.ALL, new LogId(1), 3, Long.MAX_VALUE, 100))
                        .toCompletableFuture()
                        .join();
        assertThat(other.entries()).hasSize(4);
    }

    @Test
    void lastsAsLongAsItsLogSoThatAClockIsSafeAtOnce() {
        BootClock clock = new BootClock(0, new Stamp(1, 7), 1_000, true);
        store.note(clock);
        store.append(List.of(new BootClock(5, clock.at(), 1_000, true)));
        assertThat(told)
                .containsExactly(new Event.ClockNoted(clock), new Event.Committed(5, Map.of()));
    }

    @Test
    void answersByTimeAsAStoreDoes() {
        store.append(
                List.of(
                        reading(1, TEMPERATURE),
                        new BootClock(2, new Stamp(1, 0), 1_000, true),
                        reading(3, LEVEL),
                        reading(4, TEMPERATURE)));
        var first = history(new HistoryQuery(Filter.of("greenhouse/**"), 1_001L, null, null, 2));
        assertThat(first.readings()).extracting(Kept::wallMicros).containsExactly(1_001L, 1_003L);
        assertThat(first.next()).isNotNull();
        var second = history(new HistoryQuery(Filter.ALL, null, null, first.next(), 2));
        assertThat(second.readings())
                .containsExactly(new Kept(SELF, log, 1_004, reading(4, TEMPERATURE)));
        assertThat(second.next()).isNull();
        assertThat(history(new HistoryQuery(Filter.of("shed/**"), null, null, null, 9)).readings())
                .isEmpty();
        assertThat(store.newest(Filter.ALL).toCompletableFuture().join()).hasSize(2);
        assertThat(store.latest(TEMPERATURE)).map(Reading::sequence).contains(4L);
        assertThat(store.series()).containsExactly(TEMPERATURE, LEVEL);
    }

    private io.pipit.port.ReadingHistory.Page history(HistoryQuery query) {
        return store.read(query).toCompletableFuture().join();
    }

    @Test
    void keepsTheNewestAndSaysWhichIsTheFirst() {
        int count = MemoryStore.READINGS_MAX + MemoryStore.STEP;
        full = true;
        for (int i = 1; i <= count; i++) {
            store.append(List.of(reading(i, i == 1 ? LEVEL : TEMPERATURE)));
        }
        assertThat(told).isEmpty();
        full = false;
        store.append(List.of(reading(count + 1L, TEMPERATURE)));
        assertThat(told).containsExactly(new Event.Trimmed(MemoryStore.STEP + 1L));
        assertThat(slice(Filter.ALL, 0, 10_000).firstKept()).isEqualTo(MemoryStore.STEP + 1L);
        assertThat(slice(Filter.ALL, 0, 10_000).entries()).hasSize(MemoryStore.READINGS_MAX + 1);
        assertThat(store.latest(LEVEL)).isPresent();
    }

    @Test
    void neverClaimsToHoldWhatAPeerSent() {
        Cursor cursor = new Cursor(NodeId.ofBytes(new byte[16]), new LogId(9), Filter.ALL);
        assertThat(store.append(cursor, List.of(reading(1, LEVEL)), 1)).isFalse();
        assertThat(told).isEmpty();
    }
}
