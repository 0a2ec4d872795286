package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipitTest {
    @TempDir Path folder;
    private final Stage stage = new Stage();
    private String file;

    @BeforeEach
    void configure() throws IOException {
        Path path = folder.resolve("pipit.toml");
        Files.writeString(
                path,
                """
                [node]
                name = "greenhouse"
                data-dir = "data"
                run-dir = "run"
                """);
        file = path.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "run",
                "check",
                "config",
                "status",
                "peers",
                "sensors",
                "get",
                "watch",
                "history",
                "id",
                "id rotate",
                "pair",
                "pair open",
                "pair join",
                "peer",
                "peer add",
                "peer list",
                "peer revoke",
                "peer role"
            })
    void explainsEveryVerb(String verb) {
        String[] words = (verb + " --help").split(" ", -1);

        assertThat(stage.run(words)).isZero();
        assertThat(stage.printed()).startsWith("Usage: pipit " + verb).contains("--config");
        assertThat(stage.complaint()).isEmpty();
    }

    @Test
    void saysItsVersion() {
        assertThat(stage.run("--version")).isZero();
        assertThat(stage.printed()).startsWith("pipit ").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fly",
                "status --fast",
                "get",
                "history --csv --json",
                "demo --nodes x",
                "demo --nodes 1",
                "demo --nodes 17",
                "demo --for soon",
                "peer add NOTANID",
                "get a//b",
                "pair",
                "pair join 192.168.1.20",
                "pair join 192.168.1.20 1234",
                "pair open --role king",
                "peer"
            })
    void saysInOneLineWhatIsWrongWithTheUsage(String line) {
        String[] words = line.isEmpty() ? new String[0] : (line + " -c " + file).split(" ", -1);

        // A daemon would be asked before a pattern is looked at: none runs here.
        assertThat(stage.run(words)).isIn(2, line.equals("get a//b") ? 69 : 2);
        assertThat(stage.complaint()).startsWith("pipit: ").hasLineCount(1);
        assertThat(stage.printed()).isEmpty();
    }

    @Test
    void takesTheConfigurationAnywhereOnTheLine() {
        assertThat(stage.run("-c", file, "run")).isEqualTo(42);
        assertThat(stage.run("run", "-c", file)).isEqualTo(42);
        assertThat(stage.run("run", "--config=" + file)).isEqualTo(42);
        assertThat(stage.run("run")).isEqualTo(42);
        assertThat(stage.launched)
                .containsExactly(
                        Path.of(file),
                        Path.of(file),
                        Path.of(file),
                        Path.of("/etc/pipit/pipit.toml"));
        assertThat(stage.run("peer", "-c", file, "list")).isZero();
    }

    @Test
    void reportsEveryErrorOfTheConfigurationAtOnce() throws IOException {
        Path bad = folder.resolve("bad.toml");
        Files.writeString(
                bad, "[node]\nnam = \"x\"\n[[sensor]]\nname = \"air\"\ndriver = \"bm280\"\n");

        assertThat(stage.run("check", "-c", bad.toString())).isEqualTo(78);
        assertThat(stage.complaint())
                .contains(bad + ":2:1: ")
                .contains("name")
                .contains(bad + ":5:")
                .contains("bme280");
        assertThat(stage.run("check", "--json", "-c", bad.toString())).isEqualTo(78);
        assertThat(stage.printed()).startsWith("{\"ok\":false,\"problems\":[{\"file\":");
        assertThat(stage.complaint()).isEmpty();

        assertThat(stage.run("status", "-c", bad.toString())).isEqualTo(78);
        assertThat(stage.complaint()).startsWith("pipit: " + bad + ":2:1: ").hasLineCount(1);

        assertThat(stage.run("check", "-c", file)).isZero();
        assertThat(stage.printed()).isEqualTo(file + ": ok\n");
    }

    @Test
    void printsTheDefaultConfiguration() {
        assertThat(stage.run("config")).isZero();
        assertThat(stage.printed()).contains("[node]").contains("data-dir");
    }

    @Test
    void makesTheKeyOnceAndPrintsItsIdAlone() {
        assertThat(stage.run("id", "-c", file)).isZero();
        String id = stage.printed().strip();
        assertThat(id).matches("[A-Z2-7]{7}(-[A-Z2-7]{7}){3}");
        assertThat(stage.run("id", "--json", "-c", file)).isZero();
        assertThat(stage.printed()).isEqualTo("{\"id\":\"" + id + "\",\"name\":\"greenhouse\"}\n");
    }

    @Test
    void keepsTheListOfPeersWhileNoDaemonRuns() {
        String other = "AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA";
        assertThat(
                        stage.run(
                                "peer",
                                "add",
                                other,
                                "--name",
                                "shed",
                                "--address",
                                "192.168.1.20",
                                "--role",
                                "read:air/*",
                                "-c",
                                file))
                .as(stage.complaint())
                .isZero();
        assertThat(stage.run("peer", "list", "-c", file)).isZero();
        assertThat(stage.printed()).contains("shed", other, "192.168.1.20:5684", "read:air/*");
        assertThat(stage.run("peer", "list", "--json", "-c", file)).isZero();
        assertThat(stage.printed())
                .isEqualTo(
                        "[{\"id\":\""
                                + other
                                + "\",\"name\":\"shed\",\"address\":\"192.168.1.20:5684\",\"roles\":[\"read:air/*\"]}]\n");
        assertThat(stage.run("peer", "add", other, "--name", "hut", "-c", file)).isZero();
        assertThat(stage.printed()).isEqualTo("hut " + other + "\n");
        assertThat(stage.run("peer", "list", "-c", file)).isZero();
        assertThat(stage.printed()).contains("hut", other, "192.168.1.20:5684", "read:air/*");
        assertThat(stage.run("peer", "revoke", "hut", "-c", file)).isZero();
        assertThat(stage.run("peer", "revoke", "hut", "-c", file)).isEqualTo(1);
        assertThat(stage.run("peer", "list", "--revoked", "-c", file)).isZero();
        assertThat(stage.printed()).contains("hut", other, "false");
        assertThat(stage.run("peer", "add", other, "-c", file)).isEqualTo(1);
        assertThat(stage.complaint()).contains("was revoked by", "--again");
        assertThat(stage.run("peer", "add", other, "--again", "--name", "hut", "-c", file))
                .isZero();
        assertThat(stage.run("peer", "role", "hut", "read:air/*,write:fan", "-c", file)).isZero();
        assertThat(stage.run("peer", "list", "-c", file)).isZero();
        assertThat(stage.printed()).contains("read:air/*, write:fan");
        assertThat(stage.run("peer", "role", "hut", "none", "-c", file)).isZero();
        assertThat(stage.run("peer", "role", "nobody", "read", "-c", file)).isEqualTo(1);
        assertThat(stage.complaint()).contains("no peer is nobody");
        assertThat(stage.run("peer", "add", other, "--role", "king", "-c", file)).isEqualTo(2);
        assertThat(stage.complaint()).contains("'king' is no role");
    }

    @Test
    void saysThatNoDaemonRuns() {
        for (String verb : new String[] {"status", "peers", "sensors", "watch", "history"}) {
            assertThat(stage.run(verb, "-c", file)).isEqualTo(69);
            assertThat(stage.complaint())
                    .startsWith("pipit: the daemon isn't running: there is no " + folder)
                    .hasLineCount(1);
        }
    }

    @Test
    void listsTheDriversWithoutADaemon() {
        assertThat(stage.run("sensors", "--drivers")).isZero();
        assertThat(stage.printed().lines())
                .anySatisfy(line ->
                        assertThat(line)
                                .matches(
                                        "bme280 +i2c +temperature Cel, humidity %RH, pressure Pa +Bosch .*"));
        assertThat(stage.complaint()).isEmpty();
    }

    @Test
    void explainsOneDriver() {
        assertThat(stage.run("sensors", "--drivers", "ina219")).isZero();
        assertThat(stage.printed())
                .contains("QUANTITY", "voltage", "(must be given)", "0x40 to 0x4f")
                .endsWith(
                        """
                        [[sensor]]
                        name = "ina219"
                        driver = "ina219"
                        bus = "i2c-1"
                        address = 0x40
                        every = "10s"
                        # shunt-ohm = 0.1
                        # max-current = 3.2
                        # samples = 1
                        """);
        assertThat(stage.run("sensors", "--drivers", "ina220")).isEqualTo(2);
        assertThat(stage.complaint()).contains("no driver is called 'ina220'", "ina219");
    }

    @Test
    void looksWhatIsConnectedToWhateverMachineThisIs() {
        assertThat(stage.run("sensors", "--scan", "--json", "-c", file)).isIn(0, 77);
        assertThat(stage.printed()).startsWith("{\"findings\":[").contains("\"problems\":[");
        assertThat(stage.run("sensors", "--scan", "-c", file)).isIn(0, 77);
        assertThat(stage.printed()).isNotEmpty();
        assertThat(stage.run("sensors", "--scan", "--drivers")).isEqualTo(2);
        assertThat(stage.complaint()).hasLineCount(1);
    }

    @Test
    void explainsDriversToPrograms() {
        assertThat(stage.run("sensors", "--json", "--drivers=thermal")).isZero();
        assertThat(stage.printed())
                .isEqualTo(
                        """
                        [{"driver":"thermal","summary":"A thermal zone of the kernel, such as the \
                        processor's.","bus":"-","quantities":[{"name":"temperature","unit":"Cel",\
                        "description":"of the zone"}],"options":[{"name":"zone","type":"text",\
                        "required":false,"default":"cpu-thermal","description":"The zone's type, as \
                        in /sys/class/thermal/thermal_zone*/type.","example":"\\"cpu-thermal\\""}],\
                        "example":"[[sensor]]\\nname = \\"thermal\\"\\ndriver = \\"thermal\\"\\nevery \
                        = \\"10s\\"\\n# zone = \\"cpu-thermal\\"\\n"}]
                        """);
    }
}
