package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Exchange;
import io.pipit.tcp.EventLoop;
import io.pipit.tcp.UnixSocketServer;
import io.pipit.tcp.session.SessionLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class VerbsIT {
    /** 2026-11-01T12:00:00Z. */
    private static final long NOON = 1_793_534_400_000_000L;

    @TempDir Path folder;
    private final Stage stage = new Stage();
    private final FakeTree tree = new FakeTree();
    private UnixSocketServer server;
    private String file;

    @BeforeEach
    void start() throws IOException {
        Path path = folder.resolve("pipit.toml");
        Files.writeString(
                path, "[node]\nname = \"greenhouse\"\ndata-dir = \"data\"\nrun-dir = \"run\"\n");
        file = path.toString();
        server =
                new UnixSocketServer(
                        folder.resolve("run"),
                        tree,
                        SessionLimits.LOCAL,
                        new Metrics(),
                        new EventLoop(Thread.ofPlatform().daemon().factory()));
        server.start();
        tree.add(FakeTree.OWN, 1, "air/temperature", 21.5, "Cel", NOON);
        tree.add(FakeTree.OWN, 2, "air/temperature", 1.0 / 3, "Cel", NOON + 1_000_001);
        tree.add(FakeTree.OWN, 4, "air/pressure", 101_325, "Pa", NOON + 2_500_000);
        tree.add(FakeTree.PEER, 1, "air/temperature", -4, "Cel", NOON + 3_000_000);
        tree.add(FakeTree.PEER, 2, "air/temperature", -4.25, "Cel", NOON + 4_000_000);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String printed(String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("-c", file));
        int code = stage.run(line.toArray(String[]::new));
        assertThat(code).as(stage.complaint()).isZero();
        assertThat(stage.complaint()).isEmpty();
        return stage.printed();
    }

    @Test
    void printsHealth() {
        assertThat(printed("status"))
                .isEqualTo(
                        """
                        greenhouse: degraded
                        PART   STATUS    REASON
                        store  ok
                        clock  degraded  no NTP
                        """);
        assertThat(printed("status", "--json"))
                .startsWith("{\"status\":\"degraded\"")
                .endsWith("}\n");
    }

    @Test
    void printsPeersWithWhateverIsSaidOfThem() {
        assertThat(printed("peers"))
                .contains("NAME", "RTT-P50-MS", "VIA UDP")
                .contains(FakeTree.PEER + "  shed  true       1.250       true  true");
        assertThat(printed("peers", "--json")).startsWith("{\"id\":");
    }

    @Test
    void printsHowRulesStand() {
        assertThat(printed("rules"))
                .isEqualTo(
                        """
                        RULE     STATE    SINCE  SETS                                                                  WHY
                        cooling  true     90 s   fan = 1 5.0 s ago, shed/fan = 0.500 refused (nobody there) 6.0 s ago
                        rule-2   unknown  3 min  -                                                                     no reading of x/y yet
                        """);
        assertThat(printed("rules", "--json")).startsWith("{\"rules\":[{\"name\":\"cooling\"");
    }

    @Test
    void printsWhatCanBeSetAndWhoHoldsIt() {
        assertThat(printed("actuators"))
                .isEqualTo(
                        """
                        ACTUATOR   VALUE  HELD BY    LEFT   CAN BE    STATE   REASON
                        fan        1      peer shed  9 min  0 or 1    ok
                        vent       -      -          -      0 to 180  failed  no such line
                        shed/pump  -      -          -      0 to 1    peer's
                        """);
        assertThat(printed("actuators", "greenhouse/fan").lines()).hasSize(2);
        assertThat(printed("actuators", "shed/pump", "--json"))
                .startsWith("[{\"node\":\"shed\",\"name\":\"pump\"");
        assertThat(stage.run("actuators", "fam", "-c", file)).isEqualTo(1);
        assertThat(stage.complaint()).contains("no actuator is called fam");
    }

    @Test
    void printsWhoSetWhatWhen() {
        assertThat(printed("actuators", "--log").lines().map(line -> line.substring(19)))
                .containsExactly(
                        "  ACTUATOR  WHAT    VALUE  BY         FOR     REASON",
                        "  fan       set     1      peer shed  10 min",
                        "  fan       failed  -      local      -       no such line");
        assertThat(stage.run("actuators", "shed/fan", "--log", "-c", file)).isEqualTo(2);
        assertThat(stage.complaint()).contains("each node keeps the log of its own");
    }

    @Test
    void setsAnActuatorOfItsOwnOrAPeers() {
        assertThat(printed("set", "fan", "on", "--for", "10m")).isEqualTo("fan is 1 for 10m\n");
        assertThat(printed("set", "greenhouse/fan", "40%")).isEqualTo("greenhouse/fan is 0.4\n");
        assertThat(printed("set", "shed/vent", "12.5", "--for", "1500ms"))
                .isEqualTo("shed/vent is 12.5 for 1500ms\n");

        assertThat(tree.changes)
                .containsExactly(
                        "actuators/fan 1.0 for 600000000 us",
                        "actuators/fan 0.4 for 0 us",
                        "peers/shed/actuators/vent 12.5 for 1500000 us");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pump|1|10m|1|pump is held by rule",
                "shed/pump|1|10m|1|pump is held by rule",
                "Fan|1|10m|2|'Fan' is no actuator: write its name, or NODE/NAME for a peer's",
                "/fan|1|10m|2|'/fan' is no actuator",
                "fan|hot|10m|2|'hot' is no value: write a number, on, off, or 40%",
                "fan|1e3|10m|2|'1e3' is no value",
                "fan|1|0s|2|--for: it has to hold for a time",
                "fan|1|10|2|--for: \"10\" is not a duration",
            })
    void saysWhyItIsNotSet(String actuator, String value, String lease, int code, String says) {
        assertThat(stage.run("set", actuator, value, "--for", lease, "-c", file)).isEqualTo(code);
        assertThat(stage.complaint()).contains(says);
        assertThat(tree.changes).isEmpty();
    }

    @Test
    void triesRulesOnWhatTheDaemonKeeps() throws IOException {
        Path tried = folder.resolve("tried.toml");
        Files.writeString(
                tried,
                """
                [[rule]]
                name = "cold"
                when = "shed/air/temperature <= -4.2 for 3s"
                set = { "shed/heater" = true, for = "10m" }
                otherwise = { "shed/heater" = false, for = "10m" }
                """);

        List<String> lines =
                printed("rule", "test", tried.toString(), "--from", "8s").lines().toList();

        assertThat(lines.getFirst()).isEqualTo("TIME                 RULE  STATE    SETS");
        // Not cold enough at 3 s, cold from 4 s on, for three seconds at 7 s.
        assertThat(lines.subList(1, 4))
                .satisfiesExactly(
                        one ->
                                assertThat(one)
                                        .endsWith(
                                                "cold  unknown  (no reading of shed/air/temperature yet: does a [[subscribe]] bring it?)"),
                        two ->
                                assertThat(two)
                                        .contains(":03  cold  false    shed/heater = 0 for 10m"),
                        three ->
                                assertThat(three)
                                        .contains(":07  cold  true     shed/heater = 1 for 10m"));
        assertThat(lines.subList(lines.size() - 2, lines.size()))
                .containsExactly(
                        "cold became true 1 times: true for 3.0 s, false for 4.0 s, unknown for 1.0 s",
                        "2 readings");
        assertThat(printed("rule", "test", tried.toString(), "--from", "8s", "--json").lines())
                .hasSize(4)
                .last()
                .asString()
                .startsWith("{\"rules\":[{\"name\":\"cold\",\"fired\":1,\"true-seconds\":3.0,");
    }

    @Test
    void saysWhyRulesCannotBeTried() {
        assertThat(stage.run("rule", "test", file, "-c", file)).isEqualTo(78);
        assertThat(stage.complaint()).contains("has no [[rule]]");
        assertThat(stage.run("rule", "test", file, "--from", "1h", "--to", "2h", "-c", file))
                .isEqualTo(2);
        assertThat(stage.complaint()).contains("--from must be before --to");
    }

    @Test
    void printsSensorsWithTheirNewestValuesAndHowTheyAre() {
        assertThat(printed("sensors"))
                .isEqualTo(
                        """
                        SENSOR  QUANTITY     VALUE      AGE    STATE   REASON
                        air     pressure     101325 Pa  7.5 s  ok
                        air     temperature  0.333 °C   9.0 s  ok
                        soil    -            -          -      failed  nobody there (for 3 min, tried again in 20 s)
                        """);
        assertThat(printed("sensors", "--json"))
                .contains("{\"sensor\":\"air\",\"quantity\":\"pressure\",\"value\":101325")
                .contains(
                        "{\"sensor\":\"soil\",\"state\":\"failed\",\"reason\":\"nobody there\","
                                + "\"since-seconds-ago\":200.0,\"retry-in-seconds\":20.5}");
    }

    @Test
    void getsOneValueAlone() {
        assertThat(printed("get", "air/pressure")).isEqualTo("101325 Pa\n");
        assertThat(printed("get", "shed/air/temperature")).isEqualTo("-4.25 Cel\n");
        assertThat(printed("get", "**"))
                .contains("greenhouse/air/pressure", "shed/air/temperature");
        assertThat(printed("get", "--json", "shed/air/temperature"))
                .isEqualTo(
                        "[{\"bn\":\"%s/\",\"n\":\"air/temperature\",\"u\":\"Cel\",\"v\":-4.25,\"t\":1793534404,\"log\":\"0123456789abcdef\",\"seq\":2}]\n"
                                .formatted(FakeTree.PEER));
        assertThat(stage.run("get", "air/smell", "-c", file)).isEqualTo(1);
        assertThat(stage.complaint()).startsWith("pipit: no reading of air/smell");
        assertThat(stage.run("get", "a//b", "-c", file)).isEqualTo(2);
    }

    @Test
    void printsHistoryAsCsvPageByPage() {
        assertThat(printed("history", "--csv"))
                .isEqualTo(
                        """
                        time,node,series,value,unit,log,sequence
                        2026-11-01T12:00:00.000000Z,greenhouse,air/temperature,21.5,Cel,0123456789abcdef,1
                        2026-11-01T12:00:01.000001Z,greenhouse,air/temperature,0.3333333333333333,Cel,0123456789abcdef,2
                        2026-11-01T12:00:02.500000Z,greenhouse,air/pressure,101325,Pa,0123456789abcdef,4
                        2026-11-01T12:00:03.000000Z,shed,air/temperature,-4,Cel,0123456789abcdef,1
                        2026-11-01T12:00:04.000000Z,shed,air/temperature,-4.25,Cel,0123456789abcdef,2
                        """);
    }

    @Test
    void printsHistoryAsOneSenmlPack() throws Exception {
        String pack = printed("history", "--json", "*/temperature");

        var items =
                io.pipit.wire.Senml.decode(
                        pack.getBytes(StandardCharsets.UTF_8), io.pipit.wire.Format.JSON);
        assertThat(items).hasSize(2);
        assertThat(items.get(1).timeMicros()).isEqualTo(NOON + 1_000_001);
        assertThat(items.get(1).value()).isEqualTo(1.0 / 3);
        assertThat(items.get(1).sequence()).isEqualTo(2);
        assertThat(items.get(1).log()).isEqualTo(FakeTree.LOG);
        assertThat(printed("history", "--json", "none/*/*")).isEqualTo("[]\n");
    }

    @Test
    void drawsHistory() {
        assertThat(printed("history", "--plot", "shed/**"))
                .startsWith("shed/air/temperature\n    -4 °C ┤")
                .contains("-4.250 °C ┤");
        assertThat(printed("history")).contains("SERIES").contains("shed/air/temperature");
    }

    @Test
    void asksTheDaemonToChangeWhomItTrusts() {
        assertThat(printed("peer", "add", FakeTree.PEER.toString(), "--name", "shed"))
                .isEqualTo("shed " + FakeTree.PEER + "\n");
        printed("peer", "revoke", "shed");
        assertThat(printed("peer", "list")).contains("shed", "monitor, read");
        assertThat(tree.changes)
                .containsExactly(
                        "PUT trust [] {\"id\":\"%s\",\"name\":\"shed\"}".formatted(FakeTree.PEER),
                        "DELETE trust [id=%s] ".formatted(FakeTree.PEER));
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void changesNothingBehindTheBackOfADaemonThatFails() throws Exception {
        server.close();
        Files.deleteIfExists(server.path());
        try (var failing = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            failing.bind(UnixDomainSocketAddress.of(server.path()));
            CompletableFuture<Integer> done =
                    CompletableFuture.supplyAsync(
                            () -> stage.run("peer", "add", FakeTree.PEER.toString(), "-c", file));
            try (SocketChannel verb = failing.accept()) {
                assertThat(verb.read(ByteBuffer.allocate(1))).as("its greeting").isOne();
            }

            assertThat(done.get(10, TimeUnit.SECONDS)).isEqualTo(69);
        }
        assertThat(stage.complaint()).contains("hung up").hasLineCount(1);
        assertThat(folder.resolve("data")).doesNotExist();
        // A socket that was left over is nobody's.
        assertThat(stage.run("peer", "add", FakeTree.PEER.toString(), "-c", file)).isZero();
        assertThat(folder.resolve("data").resolve("peers.toml")).exists();
    }

    @Test
    void watchesUntilNobodyReadsAnyMore() throws Exception {
        PipedInputStream pipe = new PipedInputStream();
        PrintStream output =
                new PrintStream(new PipedOutputStream(pipe), true, StandardCharsets.UTF_8);
        var surroundings = stage.surroundings(output);
        CompletableFuture<Integer> done =
                CompletableFuture.supplyAsync(() ->
                        Pipit.run(new String[] {"watch", "--json", "-c", file}, surroundings));
        Exchange observer = tree.observers.poll(10, TimeUnit.SECONDS);
        FakeTree.answer(
                observer,
                List.of(FakeTree.item(FakeTree.PEER, 9, "air/humidity", 48, "%RH", NOON)));
        try (Scanner lines = new Scanner(pipe, StandardCharsets.UTF_8)) {
            assertThat(lines.nextLine())
                    .contains("\"n\":\"air/humidity\"", "\"v\":48.0", "\"seq\":9");
        }
        for (int i = 0; i < 50 && !done.isDone(); i++) {
            FakeTree.answer(
                    observer,
                    List.of(FakeTree.item(FakeTree.PEER, 10 + i, "air/humidity", 48, "%RH", NOON)));
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(done.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(stage.complaint()).isEmpty();
    }

    @Test
    void endsQuietlyWhereStandardOutputIsClosed() {
        PrintStream closed =
                new PrintStream(
                        new OutputStream() {
                            @Override
                            public void write(int b) throws IOException {
                                throw new IOException("Broken pipe");
                            }
                        });

        int code =
                Pipit.run(
                        new String[] {"history", "--csv", "-c", file}, stage.surroundings(closed));

        assertThat(code).isZero();
        assertThat(stage.complaint()).isEmpty();
    }

    @Test
    void saysThatTheDaemonWentDown() throws Exception {
        CompletableFuture<Integer> done =
                CompletableFuture.supplyAsync(() -> stage.run("watch", "-c", file));
        assertThat(tree.observers.poll(10, TimeUnit.SECONDS)).isNotNull();
        server.close();
        assertThat(done.get(10, TimeUnit.SECONDS)).isEqualTo(69);
        assertThat(stage.complaint()).contains("hung up (it is going down)").hasLineCount(1);
    }

    @Test
    void saysThatNobodyListensAtALeftOverSocket() throws IOException {
        server.close();
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(server.path()));
        }
        assertThat(stage.run("status", "-c", file)).isEqualTo(69);
        assertThat(stage.complaint()).contains("nobody answers at").hasLineCount(1);
    }

    @Test
    void saysWhoMayUseTheSocket() throws IOException {
        Assumptions.assumeFalse(System.getProperty("user.name").equals("root"), "root may all");
        Files.setPosixFilePermissions(server.path(), PosixFilePermissions.fromString("---------"));

        assertThat(stage.run("status", "-c", file)).isEqualTo(77);
        assertThat(stage.complaint()).contains("adduser $USER pipit").hasLineCount(1);
    }
}
