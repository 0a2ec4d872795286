package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.LoadedConfiguration.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of configurations that mean nothing. */
class RefusedConfigurationTest {
    private static final String ID = "AAAQEAY-EAUDAOC-AJBIFQY-DIOB4VY";

    @TempDir private Path folder;
    private LoaderFixture fixture;

    @BeforeEach
    void laysOutAFolder() {
        fixture = new LoaderFixture(folder);
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
                "mqtt.broker='broker.example'|1:1: broker: \"broker.example\" is not a broker: write \"mqtts://",
                "mqtt.broker='mqtts://me:secret@x'|1:1: broker: has a name or password in it: write those",
                "mqtt.broker='mqtts://x:0'|1:1: broker: \"mqtts://x:0\" has the port 0",
                "mqtt.series=['a/b/c/d']|1:14: series: \"a/b/c/d\" can match nothing: a series is node/sensor",
                "mqtt.commands=['a/b/c']|1:16: commands: \"a/b/c\" can match nothing: an actuator is one name",
                "mqtt.topic-prefix='a/#'|1:1: topic-prefix: \"a/#\" can't begin a topic: write words",
                "mqtt.client-id='a b'|1:1: client-id: \"a b\" is not a client ID",
                "mqtt.certificate='/c.pem'|1:1: certificate and key are of use together alone: set both",
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
                "metrics.http='0.0.0.0:9464'|1:1: http: others than this machine's programs reach 0.0.0.0:9464",
                "page.http='[::]:8080'|1:1: http: others than this machine's programs reach [::]:8080",
                "page.http='pi:8080'|1:1: http: \"pi\" is a name",
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
}
