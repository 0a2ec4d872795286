package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that comes back from its backup, while its peer was there all the time. */
class BackupIT {
    private static final String SENSORS =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "200ms"
            """;

    @Test
    void aNodeGoesOnFromItsBackupInANewLog(@TempDir Path folder) throws IOException {
        Path backup = folder.resolve("greenhouse.zip");
        try (RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(SENSORS);
                RunningNode shed = new RunningNode(folder, "shed").with(SENSORS)) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).start();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> origins(shed).contains("greenhouse"));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> origins(greenhouse).contains("shed"));
            String id = greenhouse.id();

            assertThat(greenhouse.verb("backup", backup.toString()).hasExit(0).text())
                    .contains(backup.toString(), "greenhouse", id);
            Map<String, Integer> saved = greenhouse.history();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                    .isEqualTo("rw-------");

            // Where it runs it can't be restored, whatever is said.
            assertThat(greenhouse.verb("restore", "--force", backup.toString()).hasExit(1).err())
                    .contains("pipit runs in", "stop it first")
                    .hasLineCount(1);
            // Places that were handed out since the backup was made.
            int before = shed.history().size();
            await().atMost(Duration.ofSeconds(60)).until(() -> shed.history().size() > before + 20);
            greenhouse.kill();
            Map<String, Integer> atThePeer = shed.history();

            assertThat(greenhouse.verb("restore", backup.toString()).hasExit(1).err())
                    .contains("there is a node in", "--force")
                    .hasLineCount(1);
            assertThat(greenhouse.verb("restore", "--force", backup.toString()).hasExit(0).text())
                    .contains("restored greenhouse (" + id + ")", "what was there is now");
            greenhouse.start();

            assertThat(greenhouse.id()).isEqualTo(id);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> logsOf("greenhouse", shed.history()).size() == 2);
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(greenhouse.history())
                                    .containsAllEntriesOf(of("shed", atThePeer)));
            assertThat(shed.history())
                    .containsAllEntriesOf(atThePeer)
                    .allSatisfy((key, times) -> assertThat(times).isOne());
            // What was committed a second before the backup is readable beside the new log.
            Map<String, Integer> now = greenhouse.history();
            assertThat(logsOf("greenhouse", now)).hasSize(2);
            assertThat(now.keySet().stream().filter(saved::containsKey).count())
                    .isGreaterThan(saved.size() / 2);
            assertThat(now).allSatisfy((key, times) -> assertThat(times).isOne());
        }
    }

    @Test
    void aBackupOfAStoppedNodeIsRestoredToAnEmptyPlaceWithItsConfiguration(@TempDir Path folder)
            throws IOException {
        Path backup = folder.resolve("greenhouse.zip");
        try (RunningNode node = new RunningNode(folder, "greenhouse").with(SENSORS)) {
            String id = node.id();
            node.verb("backup", backup.toString(), "--without-readings").hasExit(0);
            Path lost = folder.resolve("lost");
            Files.move(node.folder, lost);

            node.verb("restore", backup.toString()).hasExit(0);

            assertThat(node.configurationFile())
                    .hasSameTextualContentAs(lost.resolve("pipit.toml"));
            assertThat(node.id()).isEqualTo(id);
        }
    }

    @Test
    void whereThereIsNoRoomOrNoNodeThatIsSaidInALine(@TempDir Path folder) throws IOException {
        try (RunningNode node = new RunningNode(folder, "greenhouse")) {
            node.with(SENSORS);
            assertThat(node.verb("backup", folder.resolve("x.zip").toString()).hasExit(1).err())
                    .contains("key.pem", "isn't there")
                    .hasLineCount(1);
            node.id();
            assertThat(node.verb("backup", "/dev/full/x.zip").hasExit(1).err())
                    .startsWith("pipit: ")
                    .hasLineCount(1);
            Files.writeString(folder.resolve("x.zip"), "no zip");
            assertThat(node.verb("restore", folder.resolve("x.zip").toString()).hasExit(1).err())
                    .contains("no whole backup")
                    .hasLineCount(1);
        }
    }

    private static Set<String> origins(RunningNode node) {
        return node.history().keySet().stream()
                .map(key -> key.substring(0, key.indexOf('/')))
                .collect(Collectors.toSet());
    }

    private static Map<String, Integer> of(String origin, Map<String, Integer> history) {
        return history.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(origin + "/"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Set<String> logsOf(String origin, Map<String, Integer> history) {
        return of(origin, history).keySet().stream()
                .map(key -> key.substring(key.indexOf(' ') + 1, key.indexOf(':')))
                .collect(Collectors.toSet());
    }
}
