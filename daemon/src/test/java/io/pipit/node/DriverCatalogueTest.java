package io.pipit.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.ConfigurationLoader;
import io.pipit.config.Environment;
import io.pipit.config.LoadedConfiguration;
import io.pipit.drivers.Drivers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the drivers themselves say of a configuration, as {@code pipit check} hears it. */
class DriverCatalogueTest {
    @TempDir Path folder;

    @Test
    void refusesWhatTheDriverWouldRefuseAndSaysWhere() throws IOException {
        assertThat(
                        problems(
                                """
                                [[sensor]]
                                name = "air"
                                driver = "bme280"
                                bus = "simulated"
                                address = 0x40
                                oversampling-pressure = 3
                                oversampling-humidity = 16
                                """))
                .containsExactly(
                        ":5:1: address must be from 0x76 to 0x77, not 0x40",
                        ":6:1: oversampling-pressure must be one of 1, 2, 4, 8, 16, not 3");
    }

    private List<String> problems(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("pipit.toml"), text);
        List<io.pipit.config.DriverDescriptor> drivers =
                DriverCatalogue.descriptors(Drivers.load(getClass().getClassLoader()));
        return switch (new ConfigurationLoader(drivers)
                .load(file, new Environment(Map.of(), "greenhouse"))) {
            case LoadedConfiguration.Accepted _ -> List.of();
            case LoadedConfiguration.Refused refused ->
                    refused.problems().stream()
                            .map(problem -> problem.toString().replace(file.toString(), ""))
                            .toList();
        };
    }
}
