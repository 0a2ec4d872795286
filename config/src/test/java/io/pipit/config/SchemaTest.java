package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.toml.Schema;
import io.pipit.config.toml.Section;
import io.pipit.config.toml.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds {@code pipit.schema.json} against the sections that the loader uses. */
class SchemaTest {
    private static final Path FILE = Path.of("pipit.schema.json");
    private static final String REGENERATE = "pipit.regenerate";

    @Test
    void isWhatTheKeysSay() throws IOException {
        if (Boolean.getBoolean(REGENERATE)) {
            Files.writeString(FILE, Schema.text(ConfigurationLoader.SECTIONS));
        }
        assertThat(Files.readString(FILE))
                .as(
                        "config/pipit.schema.json is made from the loader's sections; after a change there run:"
                                + " mvn -pl config test -Dtest=SchemaTest -D"
                                + REGENERATE
                                + "=true")
                .isEqualTo(Schema.text(ConfigurationLoader.SECTIONS));
    }

    @Test
    void takesTheDefaultsAndVariablesThatTheLoaderTakes() {
        for (Section section : ConfigurationLoader.SECTIONS) {
            for (Setting<?> key : section.keys()) {
                Map<String, Object> schema = key.kind().schema();
                if (key.fallback() instanceof String text) {
                    assertThat(text).as(key.name()).containsPattern(pattern(schema));
                    assertThat("a${NAME}").containsPattern(pattern(schema));
                }
                if (key.fallback() instanceof List<?> list) {
                    assertThat(list)
                            .allSatisfy(each ->
                                    assertThat((String) each)
                                            .containsPattern(
                                                    pattern((Map<?, ?>) schema.get("items"))));
                }
            }
        }
    }

    private static Pattern pattern(Map<?, ?> schema) {
        return Pattern.compile((String) schema.get("pattern"));
    }
}
