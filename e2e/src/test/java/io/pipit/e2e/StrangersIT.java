package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrangersIT {
    private static final String HOST =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "500ms"
            """;

    @Test
    void aStrangersHandshakeFails(@TempDir Path folder) {
        try (RunningNode node = new RunningNode(folder, "greenhouse").with(HOST).start()) {
            Program.Outcome outcome =
                    Program.peer(
                            "coap-client-openssl",
                            "-m",
                            "get",
                            "-B",
                            "5",
                            "-u",
                            "stranger",
                            "-k",
                            "secret",
                            "coaps://127.0.0.1:" + node.port + "/health");
            assertThat(outcome.text()).doesNotContain("status");
            assertThat(node.verb("status").exit()).isZero();
        }
    }

    @Test
    void aNodeWhoseKeyIsNotThePinnedOneGetsNothing(@TempDir Path folder)
            throws InterruptedException {
        try (RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(HOST);
                RunningNode shed = new RunningNode(folder, "shed").with(HOST);
                RunningNode impostor = new RunningNode(folder, "impostor").with(HOST)) {
            greenhouse.knows(shed).start();
            // It knows the greenhouse, but the greenhouse has pinned another key.
            impostor.knows(greenhouse).start();
            Thread.sleep(Duration.ofSeconds(6));
            assertThat(impostor.history().keySet()).noneMatch(key -> key.startsWith("greenhouse/"));
            assertThat(greenhouse.history().keySet()).noneMatch(key -> key.startsWith("impostor/"));
        }
    }
}
