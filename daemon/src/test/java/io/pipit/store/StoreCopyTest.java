package io.pipit.store;

import static io.pipit.store.Scene.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingStore.Cursor;
import io.pipit.store.copy.StoreCopy;
import io.pipit.store.copy.StoreLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCopyTest {
    private final Scene scene;
    private final Scene elsewhere;

    StoreCopyTest(@TempDir Path directory) throws IOException {
        scene = new Scene(directory);
        elsewhere = new Scene(Files.createDirectory(directory.resolve("elsewhere")));
        elsewhere.entropy = 500;
    }

    private static List<Kept> all(SqliteStore store) {
        return store.read(new HistoryQuery(Filter.ALL, null, null, null, 10_000))
                .toCompletableFuture()
                .join()
                .readings();
    }

    private int copy() throws IOException {
        return StoreCopy.make(scene.file, elsewhere.file, SqliteStore.APPLICATION_ID);
    }

    @Test
    void aCopyIsOpenedWithANewLogAndAllThatWasCommittedOfTheOldOne() throws IOException {
        LogId before;
        try (SqliteStore store = scene.open()) {
            before = store.recovered().log();
            store.reserve(65_536);
            store.append(Scene.log(3_000, 3));
            scene.settle(store);

            assertThat(copy()).isEqualTo(SqliteStore.VERSION);

            // Handed out since: the copy must not hand it out to another reading.
            store.append(List.of(reading(3_002, "s0/temperature", 1)));
            scene.settle(store);
            assertThat(store.recovered().log()).isEqualTo(before);
        }
        try (SqliteStore store = elsewhere.open()) {
            assertThat(store.recovered().log()).isNotEqualTo(before);
            assertThat(store.recovered().nextSequence()).isOne();
            assertThat(store.recovered().lastSequences()).isEmpty();
            assertThat(all(store))
                    .hasSize(3_000)
                    .allSatisfy(kept -> assertThat(kept.log()).isEqualTo(before))
                    .allSatisfy(kept -> assertThat(kept.origin()).isEqualTo(Scene.SELF));
            store.append(Scene.log(10, 1));
            elsewhere.settle(store);
            assertThat(all(store)).hasSize(3_010);
        }
        try (SqliteStore store = elsewhere.open()) {
            assertThat(all(store)).extracting(Kept::log).contains(before).hasSize(3_010);
        }
    }

    @Test
    void whatPeersSentAndUpToWhereIsInTheCopy() throws IOException {
        Cursor cursor = new Cursor(Scene.PEER, new LogId(9), Filter.ALL);
        try (SqliteStore store = scene.open()) {
            store.append(cursor, List.of(reading(7, "air/temperature", 21)), 7);
            scene.settle(store);
            copy();
        }
        try (SqliteStore store = elsewhere.open()) {
            assertThat(store.recovered().cursors()).containsEntry(cursor, 7L);
            assertThat(all(store)).extracting(Kept::log).containsExactly(new LogId(9));
        }
    }

    @Test
    void aClockThatWasWrittenDownForTheOldLogIsNotTheNewOnes() throws IOException {
        try (SqliteStore store = scene.open()) {
            store.note(Scene.clock(0, 1, 5, Scene.WALL_OFFSET));
            scene.settle(store);
            copy();
        }
        try (SqliteStore store = elsewhere.open()) {
            assertThat(store.recovered().clocks()).isEmpty();
        }
    }

    @Test
    void aDamagedStoreIsSaidAndCopiedByNobody() throws IOException {
        try (SqliteStore store = scene.open()) {
            store.append(Scene.log(40_000, 3));
            scene.settle(store);
        }
        try (FileChannel channel = FileChannel.open(scene.file, StandardOpenOption.WRITE)) {
            byte[] dirt = new byte[(int) channel.size() - 8 * 1_024];
            Arrays.fill(dirt, (byte) 0x5a);
            channel.write(ByteBuffer.wrap(dirt), 8 * 1_024);
        }

        assertThatThrownBy(this::copy)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("is damaged", "restart pipit", "--without-readings");
    }

    @Test
    void anotherProgramsDatabaseIsRefused() throws IOException {
        Files.createFile(scene.file);

        assertThatThrownBy(this::copy).hasMessageContaining("is no Pipit store");
    }

    @Test
    void whileAStoreIsOpenItsLockIsNotToBeHad() throws IOException {
        try (SqliteStore _ = scene.open()) {
            assertThat(StoreLock.take(scene.file)).isNull();
        }
        try (StoreLock lock = StoreLock.take(scene.file)) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(scene::open).isInstanceOf(SqliteStore.Refused.class);
        }
    }
}
