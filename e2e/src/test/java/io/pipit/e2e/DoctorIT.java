package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Two nodes of which one is well, then cut off by a firewall, then off. */
class DoctorIT {
    @Test
    void saysOfAPeerWhichWayDoesNotWorkAndWhatToDo(@TempDir Path folder) {
        try (Namespaces network = new Namespaces();
                RunningNode greenhouse = on(network, 0, folder, "greenhouse");
                RunningNode shed = on(network, 1, folder, "shed")) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).start();
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(states(greenhouse))
                                    .containsEntry("daemon", "ok")
                                    .containsEntry("card", "ok")
                                    .containsEntry("shed over UDP", "ok")
                                    .containsEntry("shed over TCP", "ok"));

            network.blockUdp(0, 1);
            assertThat(states(greenhouse))
                    .containsEntry("shed over UDP", "failed")
                    .containsEntry("shed over TCP", "ok");
            Program.Outcome blocked = greenhouse.verb("doctor").hasExit(1);
            assertThat(blocked.text())
                    .containsPattern("shed over UDP: .*firewall .* UDP port 5684");
            network.heal();

            shed.stop();
            assertThat(states(greenhouse))
                    .containsEntry("shed over UDP", "failed")
                    .containsEntry("shed over TCP", "failed");
            assertThat(greenhouse.verb("doctor").text())
                    .contains("shed over TCP: the board is there, pipit isn't");
        }
    }

    private static RunningNode on(Namespaces network, int side, Path folder, String name) {
        return new RunningNode(folder, name, Namespaces.ADDRESSES.get(side), network.on(side));
    }

    private static Map<String, String> states(RunningNode node) {
        JsonNode findings =
                new ObjectMapper().readTree(node.verb("doctor", "--json").out()).get("findings");
        Map<String, String> states = new TreeMap<>();
        for (JsonNode finding : findings) {
            states.put(finding.get("what").asString(), finding.get("state").asString());
        }
        return states;
    }
}
