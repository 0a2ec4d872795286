package io.pipit.store;

import static io.pipit.store.Scene.reading;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingStore.Cursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs of a node that goes on with another key. */
class RenamedTest {
    private static final NodeId NEXT =
            NodeId.ofBytes(new byte[] {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7});

    private final Scene scene;

    RenamedTest(@TempDir Path directory) {
        scene = new Scene(directory);
    }

    private static List<Kept> all(SqliteStore store) {
        return store.read(new HistoryQuery(Filter.ALL, null, null, null, 100))
                .toCompletableFuture()
                .join()
                .readings();
    }

    @Test
    void whatWasHeldIsTheNewOnesAtOnceAndAfterAStart() throws IOException {
        NodeId shed = Scene.PEER;
        LogId log = new LogId(99);
        Cursor cursor = new Cursor(shed, log, Filter.ALL);
        Cursor next = new Cursor(NEXT, log, Filter.ALL);
        try (SqliteStore store = scene.open()) {
            store.append(cursor, List.of(reading(1, "air/temperature", 1)), 1);
            scene.settle(store);
            // On its way to the writer while the name changes.
            store.append(cursor, List.of(reading(2, "air/temperature", 2)), 2);

            store.renamed(shed, NEXT);
            store.append(next, List.of(reading(3, "air/temperature", 3)), 3);
            scene.settle(store);

            assertThat(all(store)).extracting(Kept::origin).containsOnly(NEXT).hasSize(3);
            assertThat(all(store)).extracting(Kept::log).containsOnly(log);
        }
        scene.successions = Map.of(shed, NEXT);
        try (SqliteStore store = scene.open()) {
            assertThat(all(store)).extracting(Kept::origin).containsOnly(NEXT).hasSize(3);
            assertThat(store.recovered().cursors()).containsOnlyKeys(next).containsValue(3L);
        }
        scene.successions = Map.of();
        try (SqliteStore store = scene.open()) {
            assertThat(all(store)).extracting(Kept::origin).containsOnly(NEXT);
        }
    }

    @Test
    void theOwnLogGoesOnUnderTheNewKey() throws IOException {
        LogId own;
        try (SqliteStore store = scene.open()) {
            own = store.recovered().log();
            store.append(List.of(reading(1, "air/temperature", 1)));
            scene.settle(store);
        }
        NodeId before = scene.self;
        scene.self = NEXT;
        scene.successions = Map.of(before, NEXT);
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().log()).isEqualTo(own);
            assertThat(all(store)).extracting(Kept::origin).containsOnly(NEXT).hasSize(1);
        }
    }
}
