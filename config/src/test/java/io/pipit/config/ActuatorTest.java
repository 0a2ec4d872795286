package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.Configuration.Actuator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActuatorTest {
    @TempDir private Path folder;

    private Actuator accepted(String keys) throws IOException {
        return new LoaderFixture(folder)
                .accepted("[[actuator]]\nname='fan'\ndriver='gpio-output'\n" + keys)
                .actuators()
                .getFirst();
    }

    private List<String> problems(String text) throws IOException {
        return new LoaderFixture(folder).problems(text);
    }

    @Test
    void hasDefaultsForAllButItsNameAndDriver() throws IOException {
        assertThat(accepted(""))
                .isEqualTo(
                        new Actuator(
                                "fan",
                                "gpio-output",
                                Duration.ofMinutes(10),
                                Duration.ofDays(1),
                                List.of(),
                                Map.of("line", 17L, "safe", false)));
    }

    @Test
    void takesItsDriversOwnKeysAndItsOwn() throws IOException {
        assertThat(
                        accepted(
                                "line=4\nsafe=true\nlease='5s'\nmax-lease='1m'\npriority=['local','peer:shed']"))
                .isEqualTo(
                        new Actuator(
                                "fan",
                                "gpio-output",
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(1),
                                List.of("local", "peer:shed"),
                                Map.of("line", 4L, "safe", true)));
    }

    @Test
    void shortensTheDefaultLeaseToTheLongest() throws IOException {
        assertThat(accepted("max-lease='1m'").lease()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void refusesALeaseLongerThanTheLongest() throws IOException {
        assertThat(
                        problems(
                                "[[actuator]]\nname='fan'\ndriver='gpio-output'\nlease='2m'\nmax-lease='1m'"))
                .containsExactly(
                        "pipit.toml:4:1: lease: 2m is longer than the 1m of max-lease: shorten it, or raise that");
    }

    @Test
    void refusesANameThatASensorHasSinceBothAreSeries() throws IOException {
        assertThat(
                        problems(
                                "[[actuator]]\nname='fan'\ndriver='gpio-output'\n[[sensor]]\nname='fan'\ndriver='host'"))
                .containsExactly(
                        "pipit.toml:2:1: a sensor or actuator \"fan\" is there already, in line 5");
    }

    @Test
    void refusesWhatNoWriterIsAndWhatItsDriverDoesNotKnow() throws IOException {
        assertThat(
                        problems(
                                "[[actuator]]\nname='fan'\ndriver='gpio-output'\npriority=['me']\nlines=3"))
                .containsExactly(
                        "pipit.toml:4:11: priority: \"me\" is no writer: known are local, peer, rule and mqtt, and one of them as in \"peer:shed\"",
                        "pipit.toml:5:1: unknown key \"lines\" in [[actuator]]: did you mean \"line\"?");
        assertThat(problems("[[actuator]]\nname='fan'\ndriver='gpio-input'"))
                .containsExactly(
                        "pipit.toml:3:1: unknown driver \"gpio-input\": did you mean \"gpio-output\"?");
    }
}
