package io.pipit.config.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single values as people write them. */
class TextTest {
    private static final String ID = "AAAQEAY-EAUDAOC-AJBIFQY-DIOB4VY";

    private interface Parsing {
        Object parse(String text) throws Malformed;
    }

    private static void assertRefused(Parsing parsing, String text) {
        assertThatExceptionOfType(Malformed.class)
                .as(text)
                .isThrownBy(() -> parsing.parse(text))
                .withMessageStartingWith("\"");
    }

    @ParameterizedTest
    @CsvSource({"500ms,500", "10s,10000", "2m,120000", "1h,3600000", "90d,7776000000", "0s,0"})
    void readsDurations(String text, long millis) throws Malformed {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
        assertThat(Durations.format(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10", "s", "10 s", "1.5s", "-1s", "10S", "1h30m", "9999999999s", "١s"})
    void refusesOtherDurations(String text) {
        assertRefused(Durations::parse, text);
    }

    @Test
    void writesDurationsInTheLargestWhole() {
        assertThat(Durations.format(Duration.ofSeconds(90))).isEqualTo("90s");
        assertThat(Durations.format(Duration.ofSeconds(60))).isEqualTo("1m");
        assertThat(Durations.format(Duration.ofMillis(1500))).isEqualTo("1500ms");
        assertThat(Durations.format(Duration.ofDays(2))).isEqualTo("2d");
    }

    @ParameterizedTest
    @CsvSource({"64MiB,67108864", "1GiB,1073741824", "500kB,500000", "7B,7", "2TB,2000000000000"})
    void readsSizes(String text, long bytes) throws Malformed {
        assertThat(Sizes.parse(text)).isEqualTo(bytes);
        assertThat(Sizes.format(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "64mib", "64 MiB", "-1B", "1.5GiB", "99999999999TiB", "1KB"})
    void refusesOtherSizes(String text) {
        assertRefused(Sizes::parse, text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0:5684",
                "[::]:5684",
                "[fe80::1%eth0]:5684",
                "[::ffff:1.2.3.4]:1",
                "shed.local:5684",
                "shed:0",
                "4pi:65535"
            })
    void readsAddresses(String text) throws Malformed {
        assertThat(HostPort.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "shed",
                ":5684",
                "shed:",
                "shed:65536",
                "shed:-1",
                "shed:+1",
                "shed:000001",
                "::1:5684",
                "[::1]",
                "[]:1",
                "[1.2.3.4]:1",
                "[::g]:1",
                "[::1%]:1",
                "256.1.1.1:1",
                "1.2.3:1",
                "a b:1",
                "-a:1",
                "a..b:1",
                "http://shed:1"
            })
    void refusesOtherAddresses(String text) {
        assertRefused(HostPort::parse, text);
    }

    @Test
    void knowsWhichAddressesStayOnTheMachine() throws Malformed {
        assertThat(HostPort.parse("127.0.0.1:1").isLoopback()).isTrue();
        assertThat(HostPort.parse("127.9.8.7:1").isLoopback()).isTrue();
        assertThat(HostPort.parse("[::1]:1").isLoopback()).isTrue();
        assertThat(HostPort.parse("0.0.0.0:1").isLoopback()).isFalse();
        assertThat(HostPort.parse("[::]:1").isLoopback()).isFalse();
        assertThat(HostPort.parse("localhost:1").isLoopback()).isFalse();
        assertThat(HostPort.parse("localhost:1").isLiteral()).isFalse();
        assertThat(HostPort.parse("[fe80::1%eth0]:1").isLiteral()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "air", "air-2", "a2345678901234567890123456789012"})
    void readsNames(String text) throws Malformed {
        assertThat(Names.parse(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Air",
                "-a",
                "a_b",
                "a b",
                "ä",
                "a/b",
                "*",
                "a23456789012345678901234567890123",
                "aaaqeay-eaudaoc-ajbifqy-diob4vy"
            })
    void refusesOtherNames(String text) {
        assertRefused(Names::parse, text);
    }

    @Test
    void makesANameOfAHostName() {
        assertThat(Names.from("Pi_4.local")).isEqualTo("pi-4");
        assertThat(Names.from("greenhouse")).isEqualTo("greenhouse");
        assertThat(Names.from("--x--")).isEqualTo("x");
        assertThat(Names.from("...")).isEmpty();
        assertThat(Names.from("a".repeat(31) + "-b")).isEqualTo("a".repeat(31));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ID,
                "aaaqeay-eaudaoc-ajbifqy-diob4vy",
                "AAAQEAYEAUDAOCAJBIFQYDIOB4VY",
                "aaaqeayeaudaocajbifqydiob4vy"
            })
    void readsNodeIdsHoweverTheyAreWritten(String text) throws Malformed {
        assertThat(NodeIds.parse(text)).isEqualTo(ID);
    }

    @Test
    void noticesEachWrongCharacterOfANodeId() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        for (int i = 0; i < ID.length(); i++) {
            for (int j = 0; j < alphabet.length(); j++) {
                char c = alphabet.charAt(j);
                if (ID.charAt(i) != '-' && ID.charAt(i) != c) {
                    assertRefused(NodeIds::parse, ID.substring(0, i) + c + ID.substring(i + 1));
                }
            }
        }
    }

    @Test
    void noticesTwoNeighboursSwappedInANodeId() {
        String id = ID.replace("-", "");
        for (int i = 0; i + 1 < id.length(); i++) {
            if (id.charAt(i) != id.charAt(i + 1)) {
                assertRefused(
                        NodeIds::parse,
                        id.substring(0, i) + id.charAt(i + 1) + id.charAt(i) + id.substring(i + 2));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "AAAQEAY",
                "AAAQEAY-EAUDAOC-AJBIFQY-DIOB4VYA",
                "0AAQEAY-EAUDAOC-AJBIFQY-DIOB4VY",
                "shed"
            })
    void refusesWhatHasNotTheFormOfANodeId(String text) {
        assertRefused(NodeIds::parse, text);
        assertThat(NodeIds.looksLikeOne(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/temperature",
                "air/*",
                "air/temperature",
                "**",
                "air/**",
                "**/temperature"
            })
    void readsPatternsOfSeries(String text) throws Malformed {
        assertThat(Patterns.series(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "temperature",
                "*",
                "a/b/c",
                "*/*/*/**",
                "Air/temperature",
                "air/temp*",
                "air//x",
                "/air/x",
                "**/**/**/**/**/**/**/**/**"
            })
    void refusesPatternsThatNoSeriesCanMatch(String text) {
        assertRefused(Patterns::series, text);
    }

    @Test
    void readsPatternsOfActuatorsAndFiles() throws Malformed {
        assertThat(Patterns.readable("fan")).isEqualTo("fan");
        assertThat(Patterns.actuator("fan")).isEqualTo("fan");
        assertThat(Patterns.file("Map_2.png")).isEqualTo("Map_2.png");
        assertRefused(Patterns::actuator, "air/temperature");
        assertRefused(Patterns::file, "../passwd");
        assertRefused(Patterns::file, "..");
    }

    @Test
    void countsSlips() {
        assertThat(Spelling.distance("listen", "listen")).isZero();
        assertThat(Spelling.distance("lisetn", "listen")).isEqualTo(1);
        assertThat(Spelling.distance("listn", "listen")).isEqualTo(1);
        assertThat(Spelling.distance("", "abc")).isEqualTo(3);
        assertThat(Spelling.distance("kitten", "sitting")).isEqualTo(3);
    }

    @Test
    void suggestsOnlyWhatIsNear() {
        List<String> known = List.of("keep", "max-size", "commit-every");
        assertThat(Spelling.nearest("max_size", known)).contains("max-size");
        assertThat(Spelling.nearest("comit-evry", known)).contains("commit-every");
        assertThat(Spelling.nearest("colour", known)).isEmpty();
        assertThat(Spelling.hint("colour", known))
                .isEqualTo("known are keep, max-size, commit-every");
        assertThat(Spelling.nearest("k".repeat(100_000), known)).isEmpty();
    }

    @Test
    void quotesWithinOneLine() {
        assertThat(Malformed.quote("a\nb\u001b[2J")).isEqualTo("\"a?b?[2J\"");
        assertThat(Malformed.quote("x".repeat(1000))).hasSizeLessThan(70);
    }

    @Test
    void keepsASecretOutOfMessages() {
        Secret secret = new Secret("hunter2");
        assertThat(secret.toString()).doesNotContain("hunter2");
        assertThat(secret.reveal()).isEqualTo("hunter2");
        assertThat(secret).isEqualTo(new Secret("hunter2")).isNotEqualTo(new Secret("other"));
    }

    @Test
    void saysWhatToWriteInstead() {
        assertThat(catchThrowableOfType(Malformed.class, () -> HostPort.parse("::1:5684")))
                .hasMessageContaining("without brackets")
                .hasMessageContaining("write \"192.168.1.20:5684\"");
    }

    @ParameterizedTest
    @CsvSource({
        "mqtts://broker.example,mqtts://broker.example:8883",
        "mqtt://broker.example/,mqtt://broker.example:1883",
        "mqtts://192.168.1.2:1234,mqtts://192.168.1.2:1234",
        "mqtts://[fe80::1%eth0],mqtts://[fe80::1%eth0]:8883",
        "mqtt://[::1]:1,mqtt://[::1]:1",
    })
    void readsBrokers(String text, String written) throws Malformed {
        BrokerAddress broker = BrokerAddress.parse(text);
        assertThat(broker).hasToString(written);
        assertThat(BrokerAddress.parse(written)).isEqualTo(broker);
        assertThat(broker.tls()).isEqualTo(text.startsWith("mqtts"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "broker",
                "tcp://b",
                "mqtt://",
                "mqtt://b:0",
                "mqtt://b:99999",
                "mqtt://::1",
                "mqtt://b/topic",
                "mqtt://b b"
            })
    void refusesOtherBrokers(String text) {
        assertRefused(BrokerAddress::parse, text);
    }

    @Test
    void durationsOfAnyLengthHaveAText() {
        assertThat(Durations.format(Duration.ofSeconds(Long.MAX_VALUE)))
                .isEqualTo("106751991167300d");
        assertThat(Durations.format(Duration.ofDays(365_000_000))).isEqualTo("365000000d");
    }
}
