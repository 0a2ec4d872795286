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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What configurations mean, and what is said of those that mean nothing. */
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
                                Duration.ofHours(2), 2_000_000, Duration.ofMillis(500)));
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
    void reportsEverythingAtOnceInTheOrderOfTheFile() throws IOException {
        assertThat(
                        fixture.problems(
                                """
                                [node]
                                name = "Green house"
                                colour = "red"

                                [coap]
                                listen = ["0.0.0.0:5684",
                                    "0.0.0.0:99999"]
                                monitr = 3

                                [store]
                                keep = 90

                                [[sensor]]
                                name = "air"
                                driver = "bme208"
                                """))
                .containsExactly(
                        "pipit.toml:2:1: name: \"Green house\" is not a name: use a to z, 0 to 9 and"
                                + " \"-\", at most 32 characters, not beginning with \"-\"",
                        "pipit.toml:3:1: unknown key \"colour\" in [node]: known are name, data-dir,"
                                + " run-dir",
                        "pipit.toml:7:5: listen: \"0.0.0.0:99999\" has no port between 0 and 65535:"
                                + " write \"192.168.1.20:5684\" or \"[fe80::1%eth0]:5684\"",
                        "pipit.toml:8:1: unknown key \"monitr\" in [coap]: did you mean \"monitor\"?",
                        "pipit.toml:11:1: keep: must be a duration such as \"10s\", but is the number 90",
                        "pipit.toml:15:1: unknown driver \"bme208\": did you mean \"bme280\"?");
    }

    @Test
    void reportsSyntaxErrorsTogetherWithTheRest() throws IOException {
        assertThat(
                        fixture.problems(
                                "[node]\nname = \n[store]\nkeap = \"1d\"\n[[sensor]]\nname = 'x\n"))
                .satisfiesExactly(
                        one -> assertThat(one).startsWith("pipit.toml:2:8: not TOML: "),
                        two -> assertThat(two).startsWith("pipit.toml:4:1: unknown key \"keap\""),
                        three -> assertThat(three).startsWith("pipit.toml:6:10: not TOML: "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[stor]|1:1: unknown section \"stor\": did you mean \"store\"? Sections are [node], [coap]",
                "[mqtt]|1:1: this version of Pipit does not have [mqtt] yet",
                "[[actuator]]|1:1: this version of Pipit does not have [actuator] yet",
                "[[rule]]|1:1: this version of Pipit does not have [rule] yet",
                "files.quota='1'|1:1: quota: \"1\" is not a size",
                "keep='1d'|1:1: \"keep\" stands outside of any section: it belongs in [store]",
                "[sensor]|1:1: \"sensor\" must be a table: write [[sensor]] on a line of its own",
                "[[node]]|1:1: \"node\" must be a table: write [node] on a line of its own",
                "node=3|1:1: \"node\" must be a table: write [node]",
                "sensor=[3]|1:9: must be a table: write [[sensor]]",
                "store.level='info'|1:1: unknown key \"level\" in [store]: it belongs in [log]",
                "store.keep='1s'|1:1: keep: must be between 1m and 36500d, but is 1s",
                "store.max-size='1B'|1:1: max-size: must be between 1MiB and 16TiB, but is 1B",
                "log.level='loud'|1:1: level: must be \"error\" or \"warning\" or \"info\" or \"debug\", but is",
                "log.level=1|1:1: level: must be \"error\" or",
                "coap.announce-name='no'|1:1: announce-name: must be true or false, but is the string \"no\"",
                "coap.listen='[::]:1'|1:1: listen: must be a list in [ ], but is the string",
                "coap.listen=['pi:1']|1:14: listen: \"pi\" is a name: write one of this machine's addresses",
                "coap.listen=['[::]:1','[::]:1']|1:23: listen: is there twice",
                "coap.listen=[1979-05-27]|1:14: listen: must be an address such as",
                "coap.monitor='0.0.0.0:5683'|1:1: monitor: must be a loopback address",
                "node.data-dir=' '|1:1: data-dir: must name a folder",
                "node.data-dir=\"a\\u0000\"|1:1: data-dir: \"a?\" is not a path",
                "node={name='a',data-dir=3}|1:16: data-dir: must be a folder",
            })
    void saysWhatIsWrong(String text, String problem) throws IOException {
        assertThat(fixture.problems(text))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:" + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name='a'|1:1: [[sensor]] needs driver: What reads it",
                "name='a'; driver='bme280'; address=0x76|1:1: the driver bme280 needs bus",
                "name='a'; driver='bme280'; bus='i2c-1'|1:1: the driver bme280 needs address",
                "name='a'; driver='host'; bus='i2c-1'|4:1: the driver host has no bus: take it out",
                "name='a'; driver='bme280'; bus='/dev/i2c-1'; address=0x76|4:1: bus: \"/dev/i2c-1\" is not a bus",
                "name='a'; driver='bme280'; bus='i2c-1'; address=0x78|5:1: address: must be between 3 and 119",
                "name='a'; driver='bme280'; bus='i2c-1'; address='0x76'|5:1: address: must be a whole number",
                "name='a'; driver='host'; evry='1s'|4:1: unknown key \"evry\" in [[sensor]]: did you mean \"every\"?",
                "name='a'; driver='host'; every='1ms'|4:1: every: must be between 10ms and 1d",
                "name='a'; driver='w1'|1:1: [[sensor]] needs device: Its serial number",
                "name='a'; driver='w1'; device=1|4:1: device: must be a string",
                "name='a'; driver='w1'; devise='x'; device='y'|4:1: unknown key \"devise\" in [[sensor]]: did you",
                "name='a'; driver='w1'; device='x'; resolution='x'|5:1: resolution: must be \"coarse\" or \"fine\"",
                "name='a'; driver='host'; roles=[]|4:1: unknown key \"roles\" in [[sensor]]: it belongs in [[peer]]",
            })
    void saysWhatIsWrongWithASensor(String keys, String problem) throws IOException {
        assertThat(fixture.problems("[[sensor]]\n" + keys.replace("; ", "\n")))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:" + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "offset=9.0|offset: must be between -5.0 and 5.0, but is 9.0",
                "offset=nan|offset: must be between",
                "offset=true|offset: must be a number, but is true",
                "oversampling=1.0|oversampling: must be a whole number, but is the number 1.0",
                "settle='2s'|settle: must be between 1ms and 1s, but is 2s",
                "heater=1|heater: must be true or false, but is the number 1",
            })
    void checksWhatADriverSaysOfItsOptions(String option, String problem) throws IOException {
        assertThat(
                        fixture.problems(
                                "[[sensor]]\nname='a'\ndriver='bme280'\nbus='i2c-1'\naddress=0x76\n"
                                        + option))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:6:1: " + problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "roles=['reed']",
                "roles=['read:']",
                "roles=['read:a/b/c']",
                "roles=['write:air/temperature']",
                "roles=['admin:air']",
                "roles=['monitor:**']",
                "roles=['Read']",
                "roles=[1]",
                "address='shed:0'",
                "address='shed'",
                "address=3"
            })
    void refusesWhatAPeerCannotBe(String key) throws IOException {
        assertThat(fixture.problems("[[peer]]\nname='shed'\nid='" + ID + "'\n" + key))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:4:");
    }

    @Test
    void refusesAnIdThatWasMistyped() throws IOException {
        assertThat(fixture.problems("[[peer]]\nname='shed'\nid='" + ID.replace('Q', 'O') + "'"))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:3:1: id: ")
                .contains("check characters");
        assertThat(
                        fixture.problems(
                                "[[subscribe]]\npeer='"
                                        + ID.replace('Q', 'O')
                                        + "'\nseries=['**']"))
                .singleElement()
                .asString()
                .contains("check characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"peer='The shed'", "peer=''", "peer='**'", "peer=1"})
    void refusesToSubscribeToWhatNoPeerIsCalled(String peer) throws IOException {
        assertThat(fixture.problems("[[subscribe]]\n" + peer + "\nseries=['**']"))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:2:1: peer: ");
    }

    @Test
    void refusesASubscriptionToNothing() throws IOException {
        assertThat(fixture.problems("[[subscribe]]\npeer='*'\nseries=[]"))
                .containsExactly("pipit.toml:3:1: series: must have 1 to 32 elements, but has 0");
    }

    private static String wants(String peer, int first, int count) {
        return "[[subscribe]]\npeer='%s'\nseries=[%s]\n"
                .formatted(
                        peer,
                        IntStream.range(first, first + count)
                                .mapToObj(number -> "'s" + number + "/*'")
                                .collect(Collectors.joining(",")));
    }

    @Test
    void refusesMorePatternsOfOnePeerThanAFilterHas() throws IOException {
        String shed = "[[peer]]\nname='shed'\nid='" + ID + "'\n";
        String most = wants("shed", 0, 32) + wants("*", 30, 32);
        assertThat(fixture.accepted(shed + most + wants("attic", 62, 2)).subscriptions())
                .hasSize(3);
        assertThat(fixture.problems(shed + most + wants(ID, 62, 3)))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:12:1: series: ")
                .contains("65 patterns", "there may be 64");
        assertThat(fixture.problems(most + wants("attic", 70, 32) + wants("*", 62, 3)))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:12:1: series: ");
    }

    @Test
    void refusesWhatIsThereTwice() throws IOException {
        assertThat(
                        fixture.problems(
                                """
                                [node]
                                name = "pi"
                                [[sensor]]
                                name = "air"
                                driver = "bme280"
                                bus = "i2c-1"
                                address = 0x76
                                [[sensor]]
                                name = "air"
                                driver = "bme280"
                                bus = "i2c-1"
                                address = 0x76
                                [[peer]]
                                name = "shed"
                                id = "ID"
                                [[peer]]
                                name = "shed"
                                id = "ID"
                                [[peer]]
                                name = "pi"
                                id = "AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA"
                                """
                                        .replace("ID", ID)))
                .containsExactly(
                        "pipit.toml:9:1: the sensor \"air\" is there already, in line 4",
                        "pipit.toml:12:1: address 0x76 on i2c-1 is there already, in line 7",
                        "pipit.toml:17:1: the peer \"shed\" is there already, in line 14",
                        "pipit.toml:18:1: the peer " + ID + " is there already, in line 15",
                        "pipit.toml:20:1: name: \"pi\" is this node's own: each needs another");
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
    void refusesARunFolderThatNoSocketFitsIn() throws IOException {
        assertThat(fixture.problems("[node]\nrun-dir = \"/" + "r".repeat(100) + "\""))
                .singleElement()
                .asString()
                .startsWith(
                        "pipit.toml:2:1: run-dir: is too long for a Unix socket in it: its path has 112");
    }

    @Test
    void listsTheFirstHundredProblemsAndCountsTheRest() throws IOException {
        StringBuilder text = new StringBuilder("[store]\n");
        for (int i = 0; i < 250; i++) {
            text.append("k").append(i).append(" = 1\n");
        }
        Refused refused = (Refused) fixture.load(text.toString());
        assertThat(refused.problems()).hasSize(ConfigurationLoader.PROBLEMS_MAX);
        assertThat(refused.omitted()).isEqualTo(150);
    }

    @Test
    void takesNoMoreSensorsThanItCanHave() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 257; i++) {
            text.append("[[sensor]]\nname='s%d'\ndriver='host'\n".formatted(i));
        }
        assertThat(fixture.problems(text.toString()))
                .containsExactly(
                        "pipit.toml:769:1: there may be 256 [[sensor]], but there are 257");
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
