package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.DriverDescriptor.Option;
import io.pipit.config.DriverDescriptor.Quantity;
import io.pipit.config.LoadedConfiguration.Accepted;
import io.pipit.config.LoadedConfiguration.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A folder for configuration files, and a loader with a few drivers to read them. */
final class LoaderFixture {
    static final List<DriverDescriptor> DRIVERS =
            List.of(
                    new DriverDescriptor("host", false, false, List.of()),
                    new DriverDescriptor(
                            "bme280",
                            true,
                            true,
                            List.of(
                                    Option.integer("oversampling", "Samples a value", 1, 16)
                                            .orElse(1L),
                                    Option.number("offset", "Added to the temperature, in K", -5, 5)
                                            .orElse(0.0),
                                    Option.duration(
                                                    "settle",
                                                    "Time to settle",
                                                    Duration.ofMillis(1),
                                                    Duration.ofSeconds(1))
                                            .orElse(Duration.ofMillis(10)),
                                    Option.flag("heater", "Whether it heats")),
                            (key, value) -> Optional.empty(),
                            List.of(
                                    new Quantity("temperature", "Cel"),
                                    new Quantity("pressure", "Pa"))),
                    new DriverDescriptor(
                            "meter",
                            false,
                            false,
                            List.of(),
                            (key, value) -> Optional.empty(),
                            List.of(
                                    new Quantity("count", "count"),
                                    new Quantity("level-*", "V"),
                                    new Quantity("*", ""))),
                    new DriverDescriptor(
                            "w1",
                            false,
                            false,
                            List.of(
                                    Option.text("device", "Its serial number").mandatory(),
                                    Option.choice(
                                                    "resolution",
                                                    "How fine",
                                                    List.of("coarse", "fine"))
                                            .orElse("fine"))));

    static final List<DriverDescriptor> OUTPUTS =
            List.of(
                    new DriverDescriptor(
                            "gpio-output",
                            false,
                            false,
                            List.of(
                                    Option.integer("line", "Its number", 0, 53).orElse(17L),
                                    Option.flag("safe", "Whether it is on").orElse(false)),
                            (key, value) -> Optional.empty(),
                            List.of(new Quantity("state", "/"))));

    final Path folder;
    final Path main;
    private final ConfigurationLoader loader =
            new ConfigurationLoader(DRIVERS, OUTPUTS, provider -> Optional.empty());
    private Map<String, String> variables = Map.of();

    LoaderFixture(Path folder) {
        this.folder = folder;
        this.main = folder.resolve("pipit.toml");
    }

    LoaderFixture with(Map<String, String> environment) {
        this.variables = environment;
        return this;
    }

    LoaderFixture dropIn(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve("conf.d"));
        Files.writeString(folder.resolve("conf.d").resolve(name), text);
        return this;
    }

    LoadedConfiguration load(String text) throws IOException {
        Files.writeString(main, text);
        return load(main);
    }

    LoadedConfiguration load(Path file) {
        return loader.load(file, new Environment(variables, "Pi_4.local"));
    }

    Configuration accepted(String text) throws IOException {
        LoadedConfiguration loaded = load(text);
        assertThat(loaded).isInstanceOf(Accepted.class);
        return ((Accepted) loaded).configuration();
    }

    /** The problems as they print, without the folder. */
    List<String> problems(String text) throws IOException {
        return problems(load(text));
    }

    List<String> problems(LoadedConfiguration loaded) {
        assertThat(loaded).isInstanceOf(Refused.class);
        return ((Refused) loaded)
                .problems().stream()
                        .map(problem -> problem.toString().replace(folder + "/", ""))
                        .toList();
    }
}
