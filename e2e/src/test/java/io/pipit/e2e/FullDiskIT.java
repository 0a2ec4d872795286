package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskIT {
    private static final String SENSORS =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "200ms"
            """;

    private static final Duration SOON = Duration.ofSeconds(30);

    /** A file system of its own, so small that it can be filled up; closed it is gone. Root. */
    private record SmallDisk(Path path) implements AutoCloseable {
        static SmallDisk at(Path path) throws IOException {
            Files.createDirectories(path);
            List<String> mount =
                    List.of("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", path.toString());
            if (Program.run(mount, Duration.ofSeconds(10)).exit() != 0) {
                Program.skip("a tmpfs can't be mounted here; run it as root");
            }
            return new SmallDisk(path);
        }

        void fill() throws IOException {
            byte[] block = new byte[4_096];
            try (OutputStream file = Files.newOutputStream(ballast())) {
                while (true) {
                    file.write(block);
                }
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("No space left");
            }
        }

        void free() throws IOException {
            Files.delete(ballast());
        }

        private Path ballast() {
            return path.resolve("ballast");
        }

        @Override
        public void close() {
            Program.run(List.of("umount", "-l", path.toString()), Duration.ofSeconds(10))
                    .hasExit(0);
        }
    }

    @Test
    void aFullDiskStopsNeitherSideAndIsMadeUpForAfterwards(@TempDir Path folder)
            throws IOException {
        try (SmallDisk disk = SmallDisk.at(folder.resolve("greenhouse").resolve("data"));
                RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(SENSORS);
                RunningNode shed = new RunningNode(folder, "shed").with(SENSORS)) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).start();
            await().atMost(SOON).until(() -> readingsOf(greenhouse, shed).size() > 0);

            disk.fill();
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(greenhouse.verb("status").hasExit(0).text())
                                    .contains("no room left for"));
            // What is live needs no disk.
            int before = readingsOf(greenhouse, shed).size();
            await().atMost(SOON).until(() -> readingsOf(greenhouse, shed).size() > before + 20);

            disk.free();
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(greenhouse.verb("status").hasExit(0).text())
                                    .doesNotContain("no room left for"));
            hasAllOf(shed, greenhouse);
            hasAllOf(greenhouse, shed);
        }
    }

    private static void hasAllOf(RunningNode holder, RunningNode origin) {
        Map<String, Integer> own = readingsOf(origin, origin);
        assertThat(own).isNotEmpty();
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(readingsOf(origin, holder))
                                .as("%s: %s", holder.name, holder.log())
                                .containsAllEntriesOf(own));
    }

    /** What {@code at} has of {@code origin}, each of them once. */
    private static Map<String, Integer> readingsOf(RunningNode origin, RunningNode at) {
        Map<String, Integer> readings = new TreeMap<>(at.history());
        readings.keySet().removeIf(key -> !key.startsWith(origin.name + "/"));
        assertThat(readings).allSatisfy((key, times) -> assertThat(times).isOne());
        return readings;
    }
}
