package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NoStoreIT {
    private static final String SENSORS =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "200ms"
            """;

    @Test
    void aNodeWithoutAStoreGoesOnLiveAndGetsItsDurableLogWhenItCan(@TempDir Path folder)
            throws IOException {
        try (RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(SENSORS);
                RunningNode shed = new RunningNode(folder, "shed").with(SENSORS)) {
            greenhouse.knows(shed);
            shed.knows(greenhouse).start();
            Path inTheWay = Files.createDirectory(greenhouse.folder.resolve("data/pipit.db.lock"));

            greenhouse.start();

            assertThat(greenhouse.verb("status").text())
                    .contains("can't open the store", "Readings go out live");
            await().atMost(Duration.ofSeconds(20)).until(() -> logs(shed).size() == 1);
            assertThat(greenhouse.history().keySet())
                    .isNotEmpty()
                    .allMatch(key -> key.startsWith("greenhouse/"));

            Files.delete(inTheWay);

            await().atMost(Duration.ofSeconds(40)).until(() -> logs(shed).size() == 2);
            assertThat(greenhouse.log()).contains("can be opened now");
            assertThat(greenhouse.verb("status").text()).doesNotContain("can't open the store");
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            greenhouse.history().keySet().stream()
                                    .anyMatch(key -> key.startsWith("shed/")));
            Set<String> during = logs(shed);
            greenhouse.stop();
            greenhouse.start();
            Map<String, Integer> after = shed.history();
            assertThat(after).allSatisfy((key, times) -> assertThat(times).isOne());
            assertThat(logs(shed)).isEqualTo(during);
        }
    }

    /** The greenhouse's logs of which the node holds something. */
    private static Set<String> logs(RunningNode node) {
        return node.history().keySet().stream()
                .filter(key -> key.startsWith("greenhouse/"))
                .map(key -> key.substring(key.indexOf(' ') + 1, key.indexOf(':')))
                .collect(Collectors.toSet());
    }
}
