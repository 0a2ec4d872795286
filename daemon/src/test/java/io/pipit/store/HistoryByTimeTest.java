package io.pipit.store;

import static io.pipit.store.Scene.WALL_OFFSET;
import static io.pipit.store.Scene.clock;
import static io.pipit.store.Scene.reading;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.Reading;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Page;
import io.pipit.port.ReadingHistory.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies between two times, however the times of a log run, and wherever it is stored. */
class HistoryByTimeTest {
    private static final long SECOND = 1_000_000;

    @TempDir private Path directory;

    private Scene scene;

    @BeforeEach
    void begin() {
        scene = new Scene(directory);
        scene.packRows = 200;
    }

    @Test
    void findsAllOfAStretchWhereTimesJumpBackAndForth() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        List<LogEntry> log = new ArrayList<>(List.of(clock(1, 1, 0, WALL_OFFSET)));
        for (int i = 2; i <= 6_000; i++) {
            // Later on one in fifty lies far off, so that a block spans a third of all there is.
            long off = i > 2_000 && random.nextInt(50) == 0 ? random.nextLong(-2_000, 2_000) : 0;
            log.add(reading(i, 1, (i + off) * SECOND, "s" + i % 2 + "/t", i % 10));
        }
        try (SqliteStore store = scene.open()) {
            store.append(log.subList(0, 2_000));
            scene.settle(store);
            assertThat(found(store, 500, 900)).isEqualTo(expected(log, 2_000, 500, 900));
            // What the writer adds now the reader must take into account.
            store.append(log.subList(2_000, 5_900));
            scene.settle(store);
            store.append(log.subList(5_900, log.size()));
            looksRight(store, log, random);
        }
        try (SqliteStore store = scene.open()) {
            looksRight(store, log, random);
        }
    }

    private static void looksRight(SqliteStore store, List<LogEntry> log, SplittableRandom random) {
        for (int i = 0; i < 40; i++) {
            long from = random.nextLong(-1_000, 7_000);
            long to = from + random.nextLong(1, 1_500);
            assertThat(found(store, from, to)).isEqualTo(expected(log, log.size(), from, to));
        }
    }

    /** Of one of the two series, between two times in seconds since the boot. */
    private static List<Reading> expected(List<LogEntry> log, int count, long from, long to) {
        return log.subList(0, count).stream()
                .filter(Reading.class::isInstance)
                .map(Reading.class::cast)
                .filter(reading -> reading.series().sensor().equals("s1"))
                .filter(reading -> from * SECOND <= reading.at().monotonicMicros())
                .filter(reading -> reading.at().monotonicMicros() < to * SECOND)
                .toList();
    }

    private static List<Reading> found(SqliteStore store, long from, long to) {
        List<Reading> found = new ArrayList<>();
        @Nullable Position after = null;
        do {
            Position place = after;
            Page page =
                    store.askHere(reader ->
                            reader.read(
                                    new HistoryQuery(
                                            Filter.of("greenhouse/s1/t"),
                                            WALL_OFFSET + from * SECOND,
                                            WALL_OFFSET + to * SECOND,
                                            place,
                                            70)));
            page.readings().forEach(kept -> found.add(kept.reading()));
            after = page.next();
        } while (after != null);
        return found;
    }
}
