package io.pipit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.port.Event;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingHistory.Page;
import io.pipit.port.ReadingHistory.Position;
import io.pipit.port.ReadingStore.Cursor;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that writes, again and again, and looks at what it said was committed. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class StoreCrashIT {
    private static final int ROUNDS = 5;
    private static final Cursor CURSOR = new Cursor(Scene.PEER, new LogId(5), Filter.ALL);

    @TempDir Path directory;

    @Test
    void nothingThatWasSaidToBeCommittedIsMissingAfterAKill() throws Exception {
        Random random = new Random(11);
        long own = 0;
        long cursor = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Process child = child();
            try (BufferedReader said =
                    new BufferedReader(child.inputReader(StandardCharsets.UTF_8))) {
                int lines = 20 + random.nextInt(60);
                String line = said.readLine();
                while (line != null && lines-- > 0) {
                    String[] words = line.split(" ", -1);
                    own = Math.max(own, Long.parseLong(words[0]));
                    cursor = Math.max(cursor, Long.parseLong(words[1]));
                    line = said.readLine();
                }
            } finally {
                child.destroyForcibly();
                assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(own).isPositive();
            look(own, cursor);
        }
        integrity();
    }

    private Process child() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        Child.class.getName(),
                        directory.toString())
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(new File(directory.toFile(), "stderr")))
                .start();
    }

    private void look(long own, long said) throws IOException {
        Scene scene = new Scene(directory);
        try (SqliteStore store = scene.open()) {
            long cursor = store.recovered().cursors().getOrDefault(CURSOR, 0L);
            assertThat(cursor).isGreaterThanOrEqualTo(said);
            assertThat(store.recovered().nextSequence()).isGreaterThan(own);
            long[] next = {1, 1};
            Position after = null;
            do {
                Position from = after;
                Page page =
                        store.askHere(reader ->
                                reader.read(
                                        new HistoryQuery(Filter.ALL, null, null, from, 10_000)));
                for (Kept kept : page.readings()) {
                    int which = kept.origin().equals(Scene.SELF) ? 0 : 1;
                    assertThat(kept.reading().sequence()).isEqualTo(next[which]++);
                }
                after = page.next();
            } while (after != null);
            assertThat(next[0]).isGreaterThan(own);
            assertThat(next[1]).isGreaterThan(cursor);
        }
    }

    /** SQLite's own shell, of another version than the library. */
    private void integrity() throws Exception {
        boolean there = Files.isExecutable(Path.of("/usr/bin/sqlite3"));
        if (!there && !"required".equals(System.getProperty("pipit.peers"))) {
            Assumptions.abort("no sqlite3 here");
        }
        assertThat(shell("PRAGMA integrity_check")).isEqualTo("ok\n");
        assertThat(shell(".schema"))
                .contains("CREATE TABLE tail", "CREATE TABLE block", "CREATE TABLE cursor");
        assertThat(Long.parseLong(shell("SELECT count(*) FROM block").trim())).isPositive();
    }

    private String shell(String command) throws Exception {
        Process shell =
                new ProcessBuilder(
                                "sqlite3",
                                "-batch",
                                directory.resolve("pipit.db").toString(),
                                command)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    /** Appends as fast as it can, both logs alike, and says what was committed. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws Exception {
            Scene scene =
                    new Scene(Path.of(args[0])) {
                        @Override
                        public synchronized boolean offer(Event event) {
                            if (event instanceof Event.Committed committed) {
                                System.out.println(
                                        committed.ownThrough()
                                                + " "
                                                + committed.cursors().getOrDefault(CURSOR, 0L));
                                System.out.flush();
                            }
                            return true;
                        }

                        @Override
                        public long monotonicNanos() {
                            return System.nanoTime();
                        }
                    };
            scene.packRows = 300;
            scene.commitEvery = Duration.ofMillis(5);
            SqliteStore store = scene.openWithThreads();
            var recovered = store.recovered();
            long own =
                    recovered.lastSequences().values().stream().mapToLong(l -> l).max().orElse(0);
            long peers = recovered.cursors().getOrDefault(CURSOR, 0L);
            while (!Thread.currentThread().isInterrupted()) {
                List<LogEntry> mine = new ArrayList<>();
                List<LogEntry> theirs = new ArrayList<>();
                for (int i = 1; i <= 7; i++) {
                    mine.add(Scene.reading(own + i, "air/temperature", (double) (own % 30)));
                    theirs.add(Scene.reading(peers + i, "air/s" + i, (double) (peers % 17)));
                }
                if (store.append(mine)) {
                    own += 7;
                }
                if (store.append(CURSOR, theirs, peers + 7)) {
                    peers += 7;
                }
                Thread.sleep(0, 200_000);
            }
        }
    }
}
