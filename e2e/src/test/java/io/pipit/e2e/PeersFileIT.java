package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of peers that {@code pipit peer} keeps, and those who change it. */
class PeersFileIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String SHED = "AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA";
    private static final String BARN = "VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV";

    @Test
    void aDamagedListIsLeftAloneAndTakenUpOnceItIsMended(@TempDir Path folder) throws IOException {
        try (RunningNode node = new RunningNode(folder, "greenhouse")) {
            node.id();
            node.verb("peer", "add", SHED, "--name", "shed").hasExit(0);
            Path list = node.folder.resolve("data/peers.toml");
            String whole = Files.readString(list);
            Files.writeString(list, whole.replace("name = ", "nmae = "));

            node.start();

            assertThat(node.log()).contains(list + ", line ", "unknown key nmae", "mend it");
            assertThat(node.verb("peer", "add", BARN).hasExit(1).err())
                    .contains("unknown key nmae");
            assertThat(list).content().contains("nmae");
            Files.writeString(list, whole);
            node.reload();
            await().atMost(PATIENCE).until(() -> node.verb("peer", "list").text().contains("shed"));
            node.verb("peer", "add", BARN).hasExit(0);
            assertThat(list).content().contains(SHED, BARN);
        }
    }

    @Test
    void whatAVerbChangesWhileTheDaemonStartsIsNoticed(@TempDir Path folder) {
        try (RunningNode node = new RunningNode(folder, "greenhouse")) {
            node.id();
            node.startWithoutWaiting();
            node.verb("peer", "add", SHED, "--name", "shed").hasExit(0);
            node.verb("peer", "add", SHED, "--address", "192.0.2.1").hasExit(0);
            await().atMost(PATIENCE).until(() -> node.verb("status").exit() == 0);
            assertThat(node.verb("peer", "list").text()).contains("shed", SHED, "192.0.2.1:5684");
            assertThat(node.verb("peers").text()).contains("shed");
        }
    }
}
