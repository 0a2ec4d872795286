package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pipit.config.text.Malformed;
import io.pipit.config.text.Secret;
import io.pipit.config.toml.Kind;
import io.pipit.config.toml.Place;
import io.pipit.config.toml.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tomlj.Toml;

/** Variables, credentials and the host's name. */
class EnvironmentTest {
    @TempDir private Path folder;
    private final List<String> problems = new ArrayList<>();

    /** What the key {@code password} of a section would be. */
    private Optional<Secret> password(Environment environment, String toml) {
        var scope = environment.scope(folder, problem -> problems.add(problem.toString()));
        Object raw = Toml.parse(toml).get("password");
        return Kind.secret()
                .reader()
                .read(new Value("password", raw, new Place(Path.of("f"), 1, 1), scope));
    }

    @Test
    void takesSecretsFromTheServiceManager() throws IOException {
        Files.writeString(folder.resolve("mqtt-password"), "hunter2\n");
        var environment =
                new Environment(Map.of("CREDENTIALS_DIRECTORY", folder.toString(), "P", "p"), "");

        assertThat(password(environment, "password = { credential = 'mqtt-password' }"))
                .contains(new Secret("hunter2"));
        assertThat(password(environment, "password = 'x${P}'")).contains(new Secret("xp"));
        assertThat(problems).isEmpty();
    }

    @Test
    void saysWhichCredentialIsMissing() throws IOException {
        Files.write(folder.resolve("large"), new byte[Environment.CREDENTIAL_BYTES_MAX + 1]);
        var environment = new Environment(Map.of("CREDENTIALS_DIRECTORY", folder.toString()), "");

        password(environment, "password = { credential = 'other' }");
        password(environment, "password = { credential = '../x' }");
        password(environment, "password = { credential = 'large' }");
        password(environment, "password = { credentials = 'other' }");
        password(environment, "password = 3");
        password(new Environment(Map.of(), ""), "password = { credential = 'other' }");

        assertThat(problems)
                .satisfiesExactly(
                        one ->
                                assertThat(one)
                                        .contains("credential \"other\", which cannot be read"),
                        two -> assertThat(two).contains("\"../x\" is not a credential's name"),
                        three -> assertThat(three).contains("larger than 65536 bytes"),
                        four ->
                                assertThat(four)
                                        .contains("must be a string or { credential = \"name\" }"),
                        five ->
                                assertThat(five)
                                        .contains("must be a string or { credential = \"name\" }"),
                        six -> assertThat(six).contains("$CREDENTIALS_DIRECTORY is not set"));
    }

    @Test
    void namesTheNodeAfterItsHost() {
        assertThat(new Environment(Map.of(), "Pi_4.local").nodeName()).isEqualTo("pi-4");
        assertThat(new Environment(Map.of(), "localhost").nodeName()).isEqualTo("pipit");
        assertThat(new Environment(Map.of(), "").nodeName()).isEqualTo("pipit");
        assertThat(Environment.ofProcess().nodeName()).isNotEmpty();
    }

    @Test
    void boundsWhatATextGrowsInto() throws Malformed {
        var environment = new Environment(Map.of("X", "x".repeat(1000)), "");
        assertThat(environment.expand("${X}${X}${X}${X}")).hasSize(4000);
        assertThatExceptionOfType(Malformed.class)
                .isThrownBy(() -> environment.expand("${X}".repeat(5)))
                .withMessage("is longer than 4096 characters");
    }

    @Test
    void expandsOnceAlone() throws Malformed {
        var environment = new Environment(Map.of("A", "${B}", "B", "b"), "");
        assertThat(environment.expand("${A} $${B} $B $$ ${NONE:-}")).isEqualTo("${B} ${B} $B $$ ");
    }
}
