package io.pipit.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.host.SystemTime;
import io.pipit.model.NodeId;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.store.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageTest {
    @TempDir private Path folder;

    // It never runs anything by itself: a thread factory that makes none.
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(0, task -> null);

    private final Health health = new Health();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private Storage open() throws IOException {
        return new Storage(
                folder.resolve("pipit.db"),
                new SqliteStore.Settings(
                        NodeId.ofBytes(new byte[16]),
                        "boot",
                        Duration.ofSeconds(1),
                        Duration.ofDays(1),
                        1L << 24),
                new SqliteStore.Ports(
                        id -> Optional.empty(),
                        event -> true,
                        new SystemTime(),
                        Thread::new,
                        health,
                        new Metrics(),
                        new Random(3)::nextLong),
                timer);
    }

    /** Runs what is due next and says how long it would have had to wait. */
    private long runsNext() {
        Runnable next = timer.getQueue().element();
        timer.remove(next);
        long seconds = Math.ceilDiv(((Delayed) next).getDelay(TimeUnit.MILLISECONDS), 1_000);
        next.run();
        return seconds;
    }

    @Test
    void opensTheStoreWhereItCan() throws Exception {
        try (Storage storage = open()) {
            assertThat(storage.isDurable()).isTrue();
            assertThat(storage.writing()).isSameAs(storage.reading());
            assertThat(timer.getQueue()).isEmpty();
        }
        assertThat(health.parts().get(Part.STORE).status()).isEqualTo(Status.OK);
    }

    @Test
    void goesOnInMemoryAndSaysWhatIsWrongAndTriesAgain() throws Exception {
        Path inTheWay = Files.createDirectory(folder.resolve("pipit.db.lock"));
        try (Storage storage = open()) {
            assertThat(storage.isDurable()).isFalse();
            assertThat(health.parts().get(Part.STORE).status()).isEqualTo(Status.FAILED);
            assertThat(health.parts().get(Part.STORE).reason())
                    .contains("can't open the store " + folder, "Readings go out live", "dmesg");
            List<Long> waited = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                waited.add(runsNext());
            }
            assertThat(waited).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
            assertThat(storage.mended().toCompletableFuture()).isNotDone();
            Files.delete(inTheWay);
            runsNext();
            assertThat(storage.mended().toCompletableFuture()).isDone();
            assertThat(timer.getQueue()).isEmpty();
            assertThat(storage.isDurable()).isFalse();
        }
        try (Storage storage = open()) {
            assertThat(storage.isDurable()).isTrue();
        }
    }

    @Test
    void doesNotGoOnBesideAnotherPipit() throws Exception {
        try (Storage first = open()) {
            assertThat(first.isDurable()).isTrue();
            assertThatThrownBy(this::open)
                    .isInstanceOf(SqliteStore.Refused.class)
                    .hasMessageContaining("another pipit");
        }
    }
}
