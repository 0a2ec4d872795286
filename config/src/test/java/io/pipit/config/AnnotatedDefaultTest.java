package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.rule.Rule;
import io.pipit.config.text.BrokerAddress;
import io.pipit.config.toml.Section;
import io.pipit.config.toml.Setting;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** Holds {@code pipit.toml}, which people read, against the records, which the program reads. */
class AnnotatedDefaultTest {
    /** A section's component where it isn't called as the section. */
    private static final Map<String, String> PLURALS =
            Map.of(
                    "sensor",
                    "sensors",
                    "actuator",
                    "actuators",
                    "peer",
                    "peers",
                    "subscribe",
                    "subscriptions",
                    "rule",
                    "rules");

    /** The record of each section. */
    private static final Map<String, Class<? extends Record>> RECORDS =
            Map.ofEntries(
                    Map.entry("node", Configuration.Node.class),
                    Map.entry("discovery", Configuration.Discovery.class),
                    Map.entry("coap", Configuration.Coap.class),
                    Map.entry("store", Configuration.Store.class),
                    Map.entry("log", Configuration.Log.class),
                    Map.entry("metrics", Configuration.Metrics.class),
                    Map.entry("page", Configuration.Page.class),
                    Map.entry("files", Configuration.Files.class),
                    Map.entry("mqtt", Configuration.Mqtt.class),
                    Map.entry("hardware", Configuration.Hardware.class),
                    Map.entry("sensor", Configuration.Sensor.class),
                    Map.entry("actuator", Configuration.Actuator.class),
                    Map.entry("peer", Configuration.Peer.class),
                    Map.entry("subscribe", Configuration.Subscribe.class),
                    Map.entry("rule", Rule.class));

    /** A setting that is taken out: nothing stands between the # and what it is. */
    private static final Pattern TAKEN_OUT = Pattern.compile("(?m)^#(?=[a-z\\[])");

    @TempDir private Path folder;

    private static TomlParseResult withEverything() {
        TomlParseResult parsed =
                Toml.parse(
                        TAKEN_OUT.matcher(ConfigurationLoader.annotatedDefault()).replaceAll(""));
        assertThat(parsed.errors()).isEmpty();
        return parsed;
    }

    /** All tables of that name, as one, the first of each key. */
    private static List<TomlTable> tables(TomlTable root, String section) {
        Object value = root.get(section);
        return value instanceof TomlArray array
                ? array.toList().stream().map(TomlTable.class::cast).toList()
                : List.of((TomlTable) value);
    }

    private static Set<String> kebab(Class<? extends Record> type) {
        Set<String> names = new TreeSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            names.add(component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
        }
        return names;
    }

    @Test
    void isTheFileThatTheProgramPrints() throws IOException {
        assertThat(ConfigurationLoader.annotatedDefault())
                .isEqualTo(Files.readString(Path.of("pipit.toml")));
    }

    @Test
    void loadsAsItIs() throws IOException {
        var fixture = new LoaderFixture(folder);
        Configuration standard = fixture.accepted(ConfigurationLoader.annotatedDefault());
        Configuration bare = fixture.accepted("[[sensor]]\nname='host'\ndriver='host'\nevery='5s'");

        assertThat(standard).isEqualTo(bare);
        assertThat(standard.peers()).isEmpty();
        assertThat(standard.subscriptions()).isEmpty();
    }

    @Test
    void loadsWithEverythingThatIsTakenOut() throws IOException {
        Files.writeString(folder.resolve("mqtt-password"), "secret");
        Configuration configuration =
                new LoaderFixture(folder)
                        .with(Map.of("CREDENTIALS_DIRECTORY", folder.toString()))
                        .accepted(
                                TAKEN_OUT
                                        .matcher(ConfigurationLoader.annotatedDefault())
                                        .replaceAll(""));

        assertThat(configuration.node().name()).isEqualTo("greenhouse");
        assertThat(configuration.sensors()).hasSize(2);
        assertThat(configuration.actuators()).hasSize(1);
        assertThat(configuration.peers()).hasSize(1);
        assertThat(configuration.subscriptions()).hasSize(1);
        assertThat(configuration.rules()).hasSize(1);
        assertThat(configuration.files().inbox()).contains(Path.of("/var/lib/pipit/inbox"));
        assertThat(configuration.files().rate()).hasValue(500_000);
        assertThat(configuration.mqtt().broker())
                .contains(new BrokerAddress(true, "broker.example", 8_883));
    }

    @Test
    void sectionsAreTheComponentsOfTheConfiguration() {
        Set<String> components = new TreeSet<>();
        withEverything().keySet().forEach(name -> components.add(PLURALS.getOrDefault(name, name)));
        assertThat(components).isEqualTo(kebab(Configuration.class));
        assertThat(withEverything().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        ConfigurationLoader.SECTIONS.stream().map(Section::name).toList())
                .isEqualTo(RECORDS.keySet());
    }

    @Test
    void keysAreTheComponentsOfTheRecords() {
        TomlParseResult file = withEverything();
        RECORDS.forEach((section, type) -> {
            Set<String> components = kebab(type);
            // A driver's own keys.
            components.remove("options");
            Set<String> written = new TreeSet<>();
            tables(file, section).forEach(table -> written.addAll(table.keySet()));
            assertThat(written).as(section).isEqualTo(components);
        });
    }

    @Test
    void theTablesWithinASensorAreARecordToo() {
        Set<String> written = new TreeSet<>();
        for (TomlTable sensor : tables(withEverything(), "sensor")) {
            TomlTable quantities = sensor.getTable("quantity");
            if (quantities != null) {
                for (String name : quantities.keySet()) {
                    written.addAll(quantities.getTable(List.of(name)).keySet());
                }
            }
        }
        assertThat(written)
                .isEqualTo(kebab(Configuration.Quantity.class))
                .containsExactlyInAnyOrderElementsOf(
                        SensorSection.QUANTITY.keys().stream().map(Setting::name).toList());
    }

    @Test
    void theTableOfKeysIsTheRecordsToo() {
        for (Section section : ConfigurationLoader.SECTIONS) {
            Set<String> components = kebab(RECORDS.get(section.name()));
            components.remove("options");
            assertThat(section.keys())
                    .extracting(Setting::name)
                    .as(section.name())
                    .containsExactlyInAnyOrderElementsOf(components);
        }
    }

    @Test
    void saysTheDefaultsThatTheProgramHas() {
        TomlParseResult file = withEverything();
        for (Section section : ConfigurationLoader.SECTIONS) {
            for (Setting<?> key : section.keys()) {
                if (key.fallback() != null) {
                    assertThat(tables(file, section.name()))
                            .as(section.name() + "." + key.name())
                            .anySatisfy(table ->
                                    assertThat(plain(table.get(key.name())))
                                            .isEqualTo(key.fallback()));
                }
            }
        }
    }

    @Test
    void setsWhatHasADefaultAndTakesOutWhatHasNone() {
        TomlParseResult asItIs = Toml.parse(ConfigurationLoader.annotatedDefault());
        for (Section section : ConfigurationLoader.SECTIONS) {
            if (!section.repeated()) {
                assertThat(asItIs.getTable(section.name()).keySet())
                        .as(section.name())
                        .containsExactlyInAnyOrderElementsOf(
                                section.keys().stream()
                                        .filter(key -> key.fallback() != null)
                                        .map(Setting::name)
                                        .toList());
            }
        }
    }

    @Test
    void fitsATerminal() {
        assertThat(Arrays.asList(ConfigurationLoader.annotatedDefault().split("\n")))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    private static Object plain(Object value) {
        return value instanceof TomlArray array ? array.toList() : value;
    }
}
