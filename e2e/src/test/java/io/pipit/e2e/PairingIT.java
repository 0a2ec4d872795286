package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes that know nothing of each other, and somebody who carries a code between them. */
class PairingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String SENSOR =
            """
            [[sensor]]
            name = "air"
            driver = "bme280"
            bus = "simulated"
            address = 0x76
            every = "200ms"
            """;
    private static final String EVERYTHING =
            """
            [[subscribe]]
            peer = "*"
            series = ["**"]
            """;

    @Test
    void aCodeIsAllThatTwoNodesNeed(@TempDir Path folder) {
        try (RunningNode greenhouse =
                        new RunningNode(folder, "greenhouse").with(SENSOR).with(EVERYTHING);
                RunningNode shed = new RunningNode(folder, "shed").with(SENSOR).with(EVERYTHING)) {
            pair(greenhouse, shed, "UDP");
            String journals = greenhouse.log() + shed.log();
            assertThat(journals).doesNotContain(lastCode).contains("paired with shed");

            // They find each other again by what they know now, whoever starts.
            greenhouse.stop();
            shed.stop();
            int before = from(greenhouse, shed.start());
            greenhouse.start();
            await().atMost(PATIENCE).until(() -> from(greenhouse, shed) > before + 10);
        }
    }

    @Test
    void withoutUdpTheyPairOverTcp(@TempDir Path folder) {
        try (Namespaces network = new Namespaces();
                RunningNode greenhouse =
                        new RunningNode(
                                        folder,
                                        "greenhouse",
                                        Namespaces.ADDRESSES.get(0),
                                        network.on(0))
                                .with(SENSOR);
                RunningNode shed =
                        new RunningNode(folder, "shed", Namespaces.ADDRESSES.get(1), network.on(1))
                                .with(EVERYTHING)) {
            network.blockUdp(0, 1);
            pair(greenhouse, shed, "TCP");
        }
    }

    @Test
    void aWrongCodeFailsAndTheThirdClosesTheWindow(@TempDir Path folder) {
        try (RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(SENSOR);
                RunningNode shed = new RunningNode(folder, "shed").with(EVERYTHING)) {
            RunningNode.startAll(greenhouse, shed);
            String at = "127.0.0.1:" + greenhouse.port;
            assertRefused(shed.verb("pair", "join", at, "12345678"), "no pairing window is open");

            String code = open(greenhouse);
            String wrong = code.startsWith("1") ? "2" + code.substring(1) : "1" + code.substring(1);
            assertRefused(shed.verb("pair", "join", at, wrong), "not paired: wrong code");
            assertRefused(shed.verb("pair", "join", at, wrong), "not paired: wrong code");
            assertRefused(shed.verb("pair", "join", at, wrong), "for the last time");
            assertRefused(shed.verb("pair", "join", at, code), "no pairing window is open");

            assertThat(shed.verb("pair", "join", at, "1234").exit()).isEqualTo(2);
            assertThat(shed.verb("pair", "open", "--role", "king").exit()).isEqualTo(2);
            for (RunningNode node : List.of(greenhouse, shed)) {
                assertThat(node.verb("peer", "list").text()).contains("no peers yet");
            }
        }
    }

    private String lastCode = "";

    private String open(RunningNode node) {
        Program.Outcome opened = node.verb("pair", "open", "--json");
        assertThat(opened.exit()).as(opened.err()).isZero();
        assertThat(opened.text())
                .containsPattern("^\\{\"code\":\"[0-9]{8}\",\"expires\":\"20[0-9T:-]+Z\"}\\s*$");
        lastCode = opened.text().replaceAll("^\\{\"code\":\"([0-9]{8})(?s:.*)$", "$1");
        return lastCode;
    }

    private void pair(RunningNode greenhouse, RunningNode shed, String way) {
        RunningNode.startAll(greenhouse, shed);
        String code = open(greenhouse);
        String at = greenhouse.place();
        // As people read it out.
        Program.Outcome joined =
                shed.verb("pair", "join", at, code.substring(0, 4), code.substring(4));
        assertThat(joined.exit()).as(joined.err()).isZero();
        assertThat(joined.text()).contains("paired with greenhouse", "over " + way);
        assertThat(greenhouse.verb("peer", "list").text())
                .contains("shed", shed.firstId(), "monitor, read");
        assertThat(shed.verb("peer", "list").text())
                .contains("greenhouse", greenhouse.firstId(), "monitor, read");
        await().atMost(PATIENCE).until(() -> from(greenhouse, shed) > 10);
    }

    private static void assertRefused(Program.Outcome outcome, String reason) {
        assertThat(outcome.err()).contains(reason);
        assertThat(outcome.exit()).isEqualTo(1);
    }

    private static int from(RunningNode origin, RunningNode at) {
        return at.history(origin.name + "/**").size();
    }
}
