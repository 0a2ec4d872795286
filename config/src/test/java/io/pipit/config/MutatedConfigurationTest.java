package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.LoadedConfiguration.Accepted;
import io.pipit.config.LoadedConfiguration.Refused;
import io.pipit.config.toml.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file holds, the loader answers. */
class MutatedConfigurationTest {
    private static final int BYTE_ROUNDS = 300;
    private static final int WORD_ROUNDS = 700;
    private static final String[] WORDS = {
        "[",
        "]",
        "[[sensor]]",
        "[node]",
        "=",
        "\"",
        "'",
        "'''",
        "\"\"\"",
        "\n",
        "\r",
        "#",
        "{",
        "}",
        ",",
        ".",
        "${",
        "${X}",
        "${X:-",
        "nan",
        "-inf",
        "1e999",
        "0x",
        "1979-05-27",
        "07:32:00",
        "true",
        "name",
        "driver",
        "sensor",
        "*",
        "**",
        "\\u0000",
        "\\uD800",
        "\uFEFF",
        "\uD83D\uDE00",
        "9223372036854775808",
        "[]",
        "{}"
    };

    @TempDir private Path folder;

    private static String example() {
        return ConfigurationLoader.annotatedDefault().replaceAll("(?m)^#(?=[a-z\\[])", "");
    }

    /** Whether it was accepted. */
    private boolean load(LoaderFixture fixture, byte[] bytes) throws IOException {
        Files.write(fixture.main, bytes);
        return switch (fixture.load(fixture.main)) {
            case Accepted(Configuration configuration) -> {
                assertThat(configuration.node().name()).isNotEmpty();
                yield true;
            }
            case Refused(List<Problem> problems, int omitted) -> {
                assertThat(problems)
                        .isNotEmpty()
                        .hasSizeLessThanOrEqualTo(ConfigurationLoader.PROBLEMS_MAX);
                assertThat(omitted).isGreaterThanOrEqualTo(0);
                for (Problem problem : problems) {
                    assertThat(problem.line()).isPositive();
                    assertThat(problem.column()).isPositive();
                    assertThat(problem.message())
                            .isNotBlank()
                            .doesNotContain("\n", "\r", "\0", "\u001b");
                }
                yield false;
            }
        };
    }

    @Test
    void answersWhateverTheBytes() throws IOException {
        var fixture = new LoaderFixture(folder);
        Random random = new Random(20261101);
        int accepted = 0;
        for (int round = 0; round < BYTE_ROUNDS; round++) {
            byte[] bytes = example().getBytes(StandardCharsets.UTF_8);
            for (int i = random.nextInt(8); i >= 0; i--) {
                // Every other round keeps to ASCII, and so gets past the decoder.
                bytes[random.nextInt(bytes.length)] =
                        (byte) random.nextInt(round % 2 == 0 ? 128 : 256);
            }
            if (random.nextInt(10) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            accepted += load(fixture, bytes) ? 1 : 0;
        }
        assertThat(accepted).isBetween(1, BYTE_ROUNDS - 1);
    }

    @Test
    void answersWhateverTheWords() throws IOException {
        var fixture = new LoaderFixture(folder);
        Random random = new Random(20261102);
        int accepted = 0;
        // Without the prose each change hits something.
        List<String> lines =
                example().lines().filter(line -> !line.isEmpty() && !line.startsWith("#")).toList();
        for (int round = 0; round < WORD_ROUNDS; round++) {
            List<String> changed = new ArrayList<>(lines);
            for (int i = random.nextInt(3); i >= 0; i--) {
                int at = random.nextInt(changed.size());
                String line = changed.get(at);
                switch (random.nextInt(4)) {
                    case 0 -> changed.remove(at);
                    case 1 -> Collections.swap(changed, at, random.nextInt(changed.size()));
                    case 2 ->
                            changed.set(
                                    at, line + "\n" + changed.get(random.nextInt(changed.size())));
                    default -> {
                        int from = random.nextInt(line.length() + 1);
                        int to = from + random.nextInt(line.length() - from + 1);
                        String word = WORDS[random.nextInt(WORDS.length)];
                        changed.set(at, line.substring(0, from) + word + line.substring(to));
                    }
                }
            }
            accepted +=
                    load(fixture, String.join("\n", changed).getBytes(StandardCharsets.UTF_8))
                            ? 1
                            : 0;
        }
        assertThat(accepted).isBetween(1, WORD_ROUNDS - 1);
    }

    @Test
    void answersWhateverIsNested() throws IOException {
        var fixture = new LoaderFixture(folder);
        for (String deep : List.of("[", "{a=", "a.", "[[", "\"", "=\n", "'''", "[a.")) {
            byte[] bytes = ("sensor = " + deep.repeat(4000)).getBytes(StandardCharsets.UTF_8);
            assertThat(load(fixture, bytes)).isFalse();
        }
    }
}
