package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.pipit.config.Configuration.Access;
import io.pipit.config.Configuration.Grant;
import io.pipit.config.Configuration.Level;
import io.pipit.config.Configuration.Role;
import io.pipit.config.Configuration.Sensor;
import io.pipit.config.Configuration.Subscribe;
import io.pipit.config.DriverDescriptor.Option;
import io.pipit.config.LoadedConfiguration.Refused;
import io.pipit.config.text.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What configurations mean. */
class ConfigurationLoaderTest {
    private static final String ID = "AAAQEAY-EAUDAOC-AJBIFQY-DIOB4VY";

    @TempDir private Path folder;
    private LoaderFixture fixture;

    @BeforeEach
    void laysOutAFolder() {
        fixture = new LoaderFixture(folder);
    }

    @Test
    void readsEverythingThereIs() throws IOException {
        Configuration configuration =
                fixture.accepted(
                        """
                        [node]
                        name = "greenhouse"
                        data-dir = "/srv/pipit"
                        run-dir = "run"

                        [coap]
                        listen = ["192.168.1.7:5684", "[fe80::1%eth0]:0"]
                        monitor = "[::1]:6000"
                        monitor-access = "health"
                        announce-name = true

                        [store]
                        keep = "2h"
                        max-size = "2MB"
                        commit-every = "500ms"
                        write-budget = "200MiB"

                        [log]
                        level = "debug"

                        [[sensor]]
                        name = "air"
                        driver = "bme280"
                        bus = "i2c-1"
                        address = 0x76
                        every = "1m"
                        oversampling = 4
                        offset = -1

                        [[sensor]]
                        name = "host"
                        driver = "host"

                        [[peer]]
                        name = "shed"
                        id = "aaaqeayeaudaocajbifqydiob4vy"
                        address = "shed.local:5684"
                        roles = ["read:air/*", "write:fan", "bulk:photos/**", "admin"]

                        [[subscribe]]
                        peer = "attic"
                        series = ["*/temperature", "air/**"]

                        [[subscribe]]
                        peer = "aaaqeayeaudaocajbifqydiob4vy"
                        series = ["**"]
                        """);

        assertThat(configuration.node())
                .isEqualTo(
                        new Configuration.Node(
                                "greenhouse", Path.of("/srv/pipit"), folder.resolve("run")));
        assertThat(configuration.coap())
                .isEqualTo(
                        new Configuration.Coap(
                                List.of(
                                        new HostPort("192.168.1.7", 5684),
                                        new HostPort("fe80::1%eth0", 0)),
                                new HostPort("::1", 6000),
                                Access.HEALTH,
                                true));
        assertThat(configuration.store())
                .isEqualTo(
                        new Configuration.Store(
                                Duration.ofHours(2),
                                2_000_000,
                                Duration.ofMillis(500),
                                OptionalLong.of(200 << 20)));
        assertThat(configuration.log().level()).isEqualTo(Level.DEBUG);
        assertThat(configuration.sensors()).hasSize(2);
        Sensor air = configuration.sensors().getFirst();
        assertThat(air.bus()).contains("i2c-1");
        assertThat(air.address()).hasValue(0x76);
        assertThat(air.every()).isEqualTo(Duration.ofMinutes(1));
        assertThat(air.integer("oversampling")).hasValue(4);
        assertThat(air.number("offset")).hasValue(-1.0);
        assertThat(air.duration("settle")).contains(Duration.ofMillis(10));
        assertThat(air.flag("heater")).isEmpty();
        assertThat(configuration.sensors().getLast())
                .isEqualTo(
                        new Sensor(
                                "host",
                                "host",
                                Optional.empty(),
                                OptionalInt.empty(),
                                Duration.ofSeconds(10),
                                false,
                                Optional.empty(),
                                Duration.ofMinutes(10),
                                Map.of(),
                                Map.of()));
        assertThat(configuration.peers())
                .containsExactly(
                        new Configuration.Peer(
                                "shed",
                                ID,
                                Optional.of(new HostPort("shed.local", 5684)),
                                List.of(
                                        new Grant(Role.READ, "air/*"),
                                        new Grant(Role.WRITE, "fan"),
                                        new Grant(Role.BULK, "photos/**"),
                                        new Grant(Role.ADMIN, "**"))));
        assertThat(configuration.peers().getFirst().roles().toString())
                .isEqualTo("[read:air/*, write:fan, bulk:photos/**, admin]");
        assertThat(configuration.subscriptions())
                .containsExactly(
                        new Subscribe("attic", List.of("*/temperature", "air/**")),
                        new Subscribe(ID, List.of("**")));
    }

    @Test
    void needsNothingToBeSet() throws IOException {
        Configuration configuration = fixture.accepted("# nothing\n");

        assertThat(configuration.node().name()).isEqualTo("pi-4");
        assertThat(configuration.node().dataDir()).isEqualTo(Path.of("/var/lib/pipit"));
        assertThat(configuration.coap().listen()).hasToString("[0.0.0.0:5684, [::]:5684]");
        assertThat(configuration.store().keep()).isEqualTo(Duration.ofDays(90));
        assertThat(configuration.sensors()).isEmpty();
    }

    @Test
    void readsTheSameTwice() throws IOException {
        String text = "[[sensor]]\nname='w'\ndriver='w1'\ndevice='28-1'\n";
        assertThat(fixture.accepted(text)).isEqualTo(fixture.accepted(text + "# changed\n"));
    }

    @Test
    void addsUpWhatDropInsBring() throws IOException {
        Configuration configuration =
                fixture.dropIn(
                                "20-b.toml",
                                "[[sensor]]\nname='c'\ndriver='host'\n[store]\nkeep='3d'\n")
                        .dropIn(
                                "10-a.toml",
                                "[[sensor]]\nname='b'\ndriver='host'\n[store]\nkeep='2d'\n")
                        .dropIn("ignored.txt", "no TOML")
                        .dropIn(".#lock.toml", "no TOML")
                        .accepted(
                                "[[sensor]]\nname='a'\ndriver='host'\n[store]\nkeep='1d'\nmax-size='5MiB'\n");

        assertThat(configuration.sensors()).extracting(Sensor::name).containsExactly("a", "b", "c");
        assertThat(configuration.store().keep()).isEqualTo(Duration.ofDays(3));
        assertThat(configuration.store().maxSize()).isEqualTo(5 << 20);
    }

    @Test
    void checksWhatALaterFileReplacesToo() throws IOException {
        assertThat(
                        fixture.dropIn(
                                        "b.toml",
                                        "[store]\nkeep='3d'\n[[sensor]]\nname='a'\ndriver='host'")
                                .problems(
                                        "[store]\nkeep='soon'\n[[sensor]]\nname='a'\ndriver='host'"))
                .satisfiesExactly(
                        one ->
                                assertThat(one)
                                        .startsWith(
                                                "pipit.toml:2:1: keep: \"soon\" is not a duration"),
                        two ->
                                assertThat(two)
                                        .startsWith(
                                                "conf.d/b.toml:4:1: the sensor \"a\" is there already, in ")
                                        .endsWith("pipit.toml:4"));
    }

    @Test
    void fillsInTheEnvironment() throws IOException {
        Configuration configuration =
                fixture.with(Map.of("NODE", "attic", "EMPTY", ""))
                        .accepted(
                                """
                                [node]
                                name = "${NODE}-${SUFFIX:-2}"
                                data-dir = "/srv/$${NODE}/$HOME${EMPTY}${EMPTY:-x}"
                                [coap]
                                listen = ["${ADDRESS:-[::1]}:${PORT:-1}"]
                                """);

        assertThat(configuration.node().name()).isEqualTo("attic-2");
        assertThat(configuration.node().dataDir()).hasToString("/srv/${NODE}/$HOMEx");
        assertThat(configuration.coap().listen()).hasToString("[[::1]:1]");
    }

    @Test
    void saysWhichVariableIsMissing() throws IOException {
        assertThat(
                        fixture.problems(
                                "[node]\nname = '${NODE}'\ndata-dir='/${ x}'\n[store]\nkeep='${K'"))
                .satisfiesExactly(
                        one ->
                                assertThat(one)
                                        .startsWith(
                                                "pipit.toml:2:1: name: needs the environment variable NODE"),
                        two ->
                                assertThat(two)
                                        .startsWith(
                                                "pipit.toml:3:1: data-dir: \"/${ x}\" has a \"${\""),
                        three ->
                                assertThat(three)
                                        .startsWith("pipit.toml:5:1: keep: \"${K\" has a \"${\""));
    }

    @Test
    void refusesDriversThatContradictThemselves() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loader(Option.flag("every", "taken")))
                .withMessageContaining("every sensor");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loader(Option.integer("n", "number", 1, 2).orElse(3L)))
                .withMessageContaining("must be between 1 and 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loader(Option.flag("n", "a"), Option.flag("n", "b")));
        assertThatIllegalArgumentException().isThrownBy(() -> Option.flag("No name", "x"));
        var host = new DriverDescriptor("host", false, false, List.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConfigurationLoader(List.of(host, host)));
    }

    @Test
    void asksTheDriverAboutEachValueThatIsSet() throws IOException {
        Path file = fixture.main;
        Files.writeString(
                file,
                """
                [[sensor]]
                name='a'
                driver='d'
                bus='odd'
                address=5
                n=3
                [[sensor]]
                name='b'
                driver='d'
                bus='even'
                address=4
                """);
        var driver =
                new DriverDescriptor(
                        "d",
                        true,
                        true,
                        List.of(Option.integer("n", "number", 1, 9).orElse(1L)),
                        (key, value) ->
                                value.equals("odd") || (value instanceof Long n && n % 2 == 1)
                                        ? Optional.of(key + " is odd: " + value)
                                        : Optional.empty(),
                        List.of());
        var refused =
                (Refused)
                        new ConfigurationLoader(List.of(driver))
                                .load(file, new Environment(Map.of(), "node"));
        assertThat(fixture.problems(refused))
                .containsExactly(
                        "pipit.toml:4:1: bus is odd: odd",
                        "pipit.toml:5:1: address is odd: 5",
                        "pipit.toml:6:1: n is odd: 3");
    }

    private static ConfigurationLoader loader(Option... options) {
        return new ConfigurationLoader(
                List.of(new DriverDescriptor("d", false, false, List.of(options))));
    }
}
