package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Actuators that somebody sets, and that are safe again whatever happens to anybody. */
class ActuatorsIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration YEAR = Duration.ofDays(365);

    @TempDir private Path folder;

    /** Where the simulated fan of a node writes what it is set to. */
    private static Path fanOf(RunningNode node) {
        return node.folder.resolve("fan");
    }

    private static RunningNode withFan(RunningNode node) {
        return node.with(
                """
                [[actuator]]
                name = "fan"
                driver = "simulated"
                file = "%s"

                [[actuator]]
                name = "pump"
                driver = "simulated"
                """
                        .formatted(fanOf(node)));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitFan(RunningNode node, String value) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(read(fanOf(node))).isEqualTo(value));
    }

    private static JsonNode fan(RunningNode node) {
        return JsonMapper.shared()
                .readTree(node.verb("actuators", "fan", "--json").hasExit(0).text())
                .get(0);
    }

    /** Two that know each other; the second one may set the fan of the first one. */
    private static void meet(RunningNode greenhouse, RunningNode shed) {
        greenhouse.knows(shed, "write:fan");
        shed.knows(greenhouse);
        RunningNode.startAll(greenhouse, shed);
        awaitFan(greenhouse, "0.0");
        await().atMost(SOON)
                .until(() ->
                        shed.document("/actuators").toString().contains("\"node\":\"greenhouse\""));
    }

    @Test
    void isSafeByTimeAlsoWhereWhoSetItIsGone() {
        try (RunningNode greenhouse = withFan(new RunningNode(folder, "greenhouse"));
                RunningNode shed = new RunningNode(folder, "shed")) {
            meet(greenhouse, shed);

            long before = System.nanoTime();
            assertThat(shed.verb("set", "greenhouse/fan", "on", "--for", "4s").hasExit(0).text())
                    .isEqualTo("greenhouse/fan is 1 for 4s\n");
            assertThat(read(fanOf(greenhouse))).isEqualTo("1.0");
            shed.kill();
            assertThat(fan(greenhouse).at("/held-by/name").asString()).isEqualTo("shed");
            awaitFan(greenhouse, "0.0");
            assertThat(System.nanoTime() - before).isGreaterThan(4_000_000_000L);

            assertThat(fan(greenhouse).has("held-by")).isFalse();
            assertThat(greenhouse.verb("history", "fan/level", "--csv").hasExit(0).lines())
                    .extracting(line -> line.split(",", -1)[3])
                    .endsWith("0", "1", "0");
            assertThat(greenhouse.verb("actuators", "--log").hasExit(0).lines())
                    .satisfiesExactly(
                            heads -> assertThat(heads).startsWith("TIME"),
                            set ->
                                    assertThat(set)
                                            .contains("fan", "set", "1", "peer shed", "4.0 s"),
                            ended -> assertThat(ended).contains("fan", "ended", "0", "peer shed"));

            // What the one changes the other sees.
            shed.start();
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(shed.history("greenhouse/fan/level")).hasSize(3));
        }
    }

    @Test
    void isSafeWhenItsNodeStartsAgainAndWhenItStops() {
        try (RunningNode greenhouse = withFan(new RunningNode(folder, "greenhouse"));
                RunningNode shed = new RunningNode(folder, "shed")) {
            meet(greenhouse, shed);
            shed.verb("set", "greenhouse/fan", "1", "--for", "1h").hasExit(0);

            greenhouse.kill();
            assertThat(read(fanOf(greenhouse)))
                    .as("nobody was there to change it")
                    .isEqualTo("1.0");
            greenhouse.start();
            awaitFan(greenhouse, "0.0");
            assertThat(fan(greenhouse).has("held-by")).isFalse();
            assertThat(greenhouse.verb("actuators", "fan", "--log").hasExit(0).text())
                    .contains("peer shed");

            // It goes on: what it counts its writes by has gone on, too.
            await().atMost(SOON)
                    .untilAsserted(() ->
                            shed.verb("set", "greenhouse/fan", "1", "--for", "1h").hasExit(0));
            assertThat(read(fanOf(greenhouse))).isEqualTo("1.0");
            shed.kill();
            shed.start();
            await().atMost(SOON)
                    .untilAsserted(() ->
                            shed.verb("set", "greenhouse/fan", "0.5", "--for", "1h").hasExit(0));
            int _ = greenhouse.stop();
            assertThat(read(fanOf(greenhouse))).isEqualTo("0.0");
            Program.Outcome refused = shed.verb("set", "greenhouse/fan", "1").hasExit(1);
            assertThat(refused.err())
                    .contains("greenhouse doesn't answer, and may have set it or not");
        }
    }

    @Test
    void aWriteThatWasGivenUpDoesNotComeAfterItsReceiversStart() {
        try (RunningNode greenhouse = withFan(new RunningNode(folder, "greenhouse"));
                RunningNode shed = new RunningNode(folder, "shed")) {
            meet(greenhouse, shed);
            greenhouse.kill();
            shed.verb("set", "greenhouse/fan", "1", "--for", "1h").hasExit(1);
            greenhouse.start();
            awaitFan(greenhouse, "0.0");
            await().during(Duration.ofSeconds(20))
                    .atMost(SOON)
                    .untilAsserted(() -> assertThat(read(fanOf(greenhouse))).isEqualTo("0.0"));
        }
    }

    @Test
    void goesByNoClockThatCanBeMoved() {
        MovedClock clock = new MovedClock(folder);
        try (RunningNode greenhouse =
                withFan(new RunningNode(folder, "greenhouse", "127.0.0.1", clock.launcher()))) {
            greenhouse.start();
            awaitFan(greenhouse, "0.0");
            for (Duration away : List.of(YEAR, YEAR.negated())) {
                long before = System.nanoTime();
                greenhouse.verb("set", "fan", "on", "--for", "5s").hasExit(0);
                clock.moveTo(away);
                // It looks at its clock once a second.
                await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
                assertThat(read(fanOf(greenhouse))).isEqualTo("1.0");
                awaitFan(greenhouse, "0.0");
                assertThat(System.nanoTime() - before).isGreaterThan(5_000_000_000L);
            }
        }
    }

    @Test
    void readingTheConfigurationAgainDisturbsNoOther() {
        try (RunningNode greenhouse = withFan(new RunningNode(folder, "greenhouse"))) {
            greenhouse.start();
            awaitFan(greenhouse, "0.0");
            greenhouse.verb("set", "fan", "0.4", "--for", "1h").hasExit(0);

            greenhouse
                    .with("[[actuator]]\nname = \"vent\"\ndriver = \"simulated\"\nsafe = 0.3\n")
                    .reload();
            await().atMost(SOON)
                    .until(() -> greenhouse.document("/actuators").toString().contains("vent"));
            assertThat(read(fanOf(greenhouse))).isEqualTo("0.4");
            assertThat(fan(greenhouse).at("/held-by/kind").asString()).isEqualTo("local");
            assertThat(greenhouse.verb("history", "fan/level", "--csv").hasExit(0).lines())
                    .extracting(line -> line.split(",", -1)[3])
                    .endsWith("0", "0.4");

            greenhouse.replace("file = \"" + fanOf(greenhouse), "file = \"" + folder).reload();
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(greenhouse.verb("status").text())
                                    .contains("actuator fan: ", "can't be written"));
            assertThat(read(fanOf(greenhouse))).as("as it was before it failed").isEqualTo("0.0");
        }
    }

    @Test
    void whoMayNotOrCanNotIsToldWhyInALine() {
        try (RunningNode greenhouse = withFan(new RunningNode(folder, "greenhouse"));
                RunningNode shed = new RunningNode(folder, "shed")) {
            meet(greenhouse, shed);

            assertThat(shed.verb("set", "greenhouse/pump", "on").hasExit(77).err())
                    .isEqualTo(
                            "pipit: greenhouse doesn't let this node set pump: there, 'pipit peer role"
                                    + " shed monitor read write:pump' does\n");
            assertThat(shed.verb("set", "greenhouse/fam", "on").hasExit(1).err())
                    .isEqualTo("pipit: greenhouse has no actuator fam: did you mean \"fan\"?\n");
            assertThat(shed.verb("set", "greenhouse/fan", "2").hasExit(1).err())
                    .isEqualTo("pipit: greenhouse: fan can be 0 to 1, not 2\n");
            assertThat(shed.verb("set", "green/fan", "1").hasExit(1).err())
                    .startsWith("pipit: no peer is called green: ");
            assertThat(shed.verb("set", "greenhouse/fan", "much").hasExit(2).err())
                    .contains("'much' is no value: write a number, on, off, or 40%");
            assertThat(read(fanOf(greenhouse))).isEqualTo("0.0");
        }
    }

    @Test
    void anotherVendorsClientSetsAndReadsIt() {
        try (RunningNode greenhouse = withFan(new RunningNode(folder, "greenhouse"))) {
            greenhouse.start();
            awaitFan(greenhouse, "0.0");
            Path key = folder.resolve("panel-key.pem");
            Path certificate = folder.resolve("panel.pem");
            Program.peer(
                            "openssl",
                            "ecparam",
                            "-name",
                            "prime256v1",
                            "-genkey",
                            "-noout",
                            "-out",
                            key.toString())
                    .hasExit(0);
            Program.peer(
                            "openssl",
                            "req",
                            "-new",
                            "-x509",
                            "-key",
                            key.toString(),
                            "-subj",
                            "/CN=panel",
                            "-out",
                            certificate.toString())
                    .hasExit(0);
            String id =
                    Program.pipit("id", "--of", certificate.toString()).hasExit(0).text().strip();
            greenhouse
                    .verb(
                            "peer",
                            "add",
                            id,
                            "--name",
                            "panel",
                            "--role",
                            "read",
                            "--role",
                            "write:fan")
                    .hasExit(0);
            String base = "coaps+tcp://127.0.0.1:" + greenhouse.port + "/actuators/";
            List<String> mine =
                    List.of("-c", certificate.toString(), "-j", key.toString(), "-B", "20");

            client(mine, "-m", "put", "-t", "110", "-e", "[{\"v\":0.5,\"ut\":3}]", base + "fan");
            assertThat(read(fanOf(greenhouse))).isEqualTo("0.5");
            assertThat(client(mine, "-m", "get", "-A", "110", base + "fan").text())
                    .contains("\"n\":\"fan/level\"", "\"v\":0.5", "\"ut\":");
            awaitFan(greenhouse, "0.0");

            Program.Outcome refused =
                    client(mine, "-m", "put", "-t", "110", "-e", "[{\"v\":1}]", base + "pump");
            assertThat(refused.text() + refused.err()).contains("4.03");
            Program.Outcome monitor =
                    Program.peer(
                            "coap-client-notls",
                            "-m",
                            "put",
                            "-t",
                            "110",
                            "-e",
                            "[{\"v\":1}]",
                            "coap://127.0.0.1:" + greenhouse.monitorPort + "/actuators/fan");
            assertThat(monitor.text() + monitor.err()).contains("4.05");
            assertThat(read(fanOf(greenhouse))).isEqualTo("0.0");
        }
    }

    private static Program.Outcome client(List<String> mine, String... arguments) {
        List<String> all = new ArrayList<>(mine);
        all.addAll(List.of(arguments));
        return Program.peer("coap-client-openssl", all.toArray(String[]::new));
    }
}
