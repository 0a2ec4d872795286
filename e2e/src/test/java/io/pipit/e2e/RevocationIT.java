package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that isn't to be trusted any more, in a fleet with one admin. */
class RevocationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** What is promised. */
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    /** Long enough for whoever was revoked to try everything again. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(4);

    @TempDir private Path folder;

    private static RunningNode node(Path folder, String name) {
        return new RunningNode(folder, name)
                .with(
                        """
                        [files]
                        inbox = "%s"

                        [[sensor]]
                        name = "host"
                        driver = "host"
                        every = "100ms"
                        """
                                .formatted(folder.resolve(name + "-inbox")));
    }

    private static void knows(RunningNode node, RunningNode other, String roles) {
        node.with(
                """
                [[peer]]
                name = "%s"
                id = "%s"
                address = "127.0.0.1:%d"
                roles = [%s]

                [[subscribe]]
                peer = "%s"
                series = ["**"]
                """
                        .formatted(other.name, other.firstId(), other.port, roles, other.name));
    }

    /** Established connections of this process with that node's port, as the kernel has them. */
    private static List<String> connections(RunningNode node, RunningNode with) {
        String pid = "pid=" + node.process().pid() + ",";
        return Program.run(List.of("ss", "-Htnp", "state", "established"), Duration.ofSeconds(10))
                .hasExit(0)
                .lines()
                .stream()
                .filter(line -> line.contains(pid) && line.contains(":" + with.port + " "))
                .toList();
    }

    /** Also of one that isn't trusted any more, which is known by its ID alone then. */
    private static long readings(RunningNode node, RunningNode of) {
        return node.history().keySet().stream()
                .filter(key -> key.startsWith(of.name + "/") || key.startsWith(of.firstId() + "/"))
                .count();
    }

    private static void isKnown(RunningNode node, String id) {
        Path statements = node.folder.resolve("data/statements.toml");
        await().atMost(AT_ONCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(statements)
                                .content()
                                .contains("subject = \"" + id + "\"", "overruled = false"));
    }

    @Test
    void whomAnAdminRevokesIsOutEverywhereAtOnceAndStaysOut() throws IOException {
        try (RunningNode office = node(folder, "office");
                RunningNode house = node(folder, "house");
                RunningNode shed = node(folder, "shed");
                RunningNode barn = node(folder, "barn")) {
            List<RunningNode> all = List.of(office, house, shed, barn);
            for (RunningNode one : all) {
                for (RunningNode other : all) {
                    if (!one.equals(other)) {
                        knows(
                                one,
                                other,
                                other.equals(office)
                                        ? "\"admin\""
                                        : "\"monitor\", \"read\", \"bulk\"");
                    }
                }
            }
            String shedId = shed.firstId();
            // The barn is away meanwhile.
            RunningNode.startAll(office, house, shed);
            await().atMost(PATIENCE).until(() -> readings(house, shed) > 0);
            // So that there are connections over TCP of either side, too.
            Path file = Files.write(folder.resolve("a.bin"), new byte[300_000]);
            house.verb("send", file.toString(), "shed").hasExit(0);
            shed.verb("send", file.toString(), "house").hasExit(0);
            shed.verb("send", file.toString(), "office").hasExit(0);
            office.verb("send", file.toString(), "shed").hasExit(0);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> {
                        assertThat(connections(house, shed)).isNotEmpty();
                        assertThat(connections(office, shed)).isNotEmpty();
                    });

            office.verb("peer", "revoke", "shed").hasExit(0);

            isKnown(house, shedId);
            for (RunningNode other : List.of(office, house)) {
                await().atMost(AT_ONCE)
                        .pollInterval(Duration.ofMillis(50))
                        .untilAsserted(() -> {
                            assertThat(connections(other, shed)).isEmpty();
                            assertThat(connections(shed, other)).isEmpty();
                        });
            }
            long before = readings(house, shed);
            long beforeThere = readings(shed, house);
            assertThat(before).isPositive();
            assertThat(beforeThere).isPositive();
            sleep(AFTERWARDS);
            assertThat(readings(house, shed)).isEqualTo(before);
            assertThat(readings(shed, house)).isEqualTo(beforeThere);
            assertThat(house.verb("peer", "list", "--revoked").text()).contains("shed", shedId);
            assertThat(house.verb("peer", "list").text()).doesNotContain(shedId);
            assertThat(house.log()).contains("was revoked by " + office.firstId());
            assertThat(house.verb("peer", "add", shedId).hasExit(1).err()).contains("--again");

            barn.start();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(barn.trusted()).doesNotContain(shedId));
            await().atMost(PATIENCE).until(() -> readings(barn, office) > 0);

            // Another start on either side makes no difference, and --again does.
            shed.kill();
            shed.start();
            house.kill();
            house.start();
            assertThat(house.verb("peer", "list").text()).doesNotContain(shedId);
            house.verb("peer", "add", shedId, "--again").hasExit(0);
            await().atMost(PATIENCE).until(() -> readings(house, shed) > before);
            assertThat(office.verb("peer", "list").text()).doesNotContain(shedId);
        }
    }

    @Test
    void whoIsNoAdminRevokesForItselfAlone() {
        try (RunningNode house = node(folder, "house");
                RunningNode shed = node(folder, "shed");
                RunningNode barn = node(folder, "barn")) {
            for (RunningNode one : List.of(house, shed, barn)) {
                for (RunningNode other : List.of(house, shed, barn)) {
                    if (!one.equals(other)) {
                        knows(one, other, "\"monitor\", \"read\", \"write\", \"bulk\"");
                    }
                }
            }
            RunningNode.startAll(house, shed, barn);
            await().atMost(PATIENCE).until(() -> readings(house, shed) > 0);

            barn.verb("peer", "revoke", "shed").hasExit(0);

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(house.log()).contains("POST /statements: denied"));
            assertThat(house.folder.resolve("data/statements.toml")).doesNotExist();
            assertThat(house.verb("peer", "list").text()).contains(shed.firstId());
            assertThat(barn.verb("peer", "list").text()).doesNotContain(shed.firstId());
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
