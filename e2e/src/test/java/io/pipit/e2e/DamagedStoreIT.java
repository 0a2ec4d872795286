package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedStoreIT {
    private static final String SENSORS =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "200ms"
            """;

    @Test
    void aDamagedStoreIsSetAsideAndPeersKeepTheOldLogBesideTheNew(@TempDir Path folder)
            throws IOException, InterruptedException {
        try (RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(SENSORS);
                RunningNode shed = new RunningNode(folder, "shed")) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).start();
            await().atMost(Duration.ofSeconds(15)).until(() -> !shed.history().isEmpty());
            greenhouse.kill();
            Map<String, Integer> before = shed.history();
            Path data = greenhouse.folder.resolve("data");
            Files.writeString(data.resolve("pipit.db"), "no database at all");
            Files.deleteIfExists(data.resolve("pipit.db-wal"));

            greenhouse.start();

            assertThat(greenhouse.verb("status").text()).contains("damaged");
            assertThat(greenhouse.log()).contains("damaged", "set aside as " + data);
            await().atMost(Duration.ofSeconds(20)).until(() -> logsIn(shed.history()) == 2);
            assertThat(shed.history())
                    .containsAllEntriesOf(before)
                    .allSatisfy((key, times) -> assertThat(times).isOne());
        }
    }

    @Test
    void aStoreOfANewerVersionIsRefusedUntouched(@TempDir Path folder)
            throws IOException, InterruptedException {
        Program.needs("sqlite3");
        try (RunningNode node = new RunningNode(folder, "greenhouse").with(SENSORS).start()) {
            node.stop();
            Path store = node.folder.resolve("data").resolve("pipit.db");
            Program.peer("sqlite3", store.toString(), "pragma user_version = 99").hasExit(0);
            byte[] before = Files.readAllBytes(store);

            node.startWithoutWaiting();

            assertThat(node.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(node.process().exitValue()).isNotZero();
            assertThat(node.log()).contains("version 99", "install the newer pipit");
            assertThat(Files.readAllBytes(store)).isEqualTo(before);
        }
    }

    private static int logsIn(Map<String, Integer> history) {
        return history.keySet().stream()
                .map(key -> key.substring(key.indexOf(' ') + 1, key.indexOf(':')))
                .collect(Collectors.toSet())
                .size();
    }
}
