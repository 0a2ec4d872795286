package io.pipit.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.Configuration;
import io.pipit.config.ConfigurationLoader;
import io.pipit.config.Environment;
import io.pipit.config.LoadedConfiguration;
import io.pipit.drivers.BusClock;
import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Drivers;
import io.pipit.drivers.Option;
import io.pipit.drivers.guide.SensorBlock;
import io.pipit.drivers.simulated.Simulatable;
import io.pipit.sampling.Probe;
import io.pipit.sampling.SensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    @Test
    void everySimulatedChipIsMeasuredFromItsConfiguration() throws Exception {
        Drivers drivers = Drivers.load(getClass().getClassLoader());
        List<Driver> simulated =
                drivers.all().stream().filter(driver -> driver instanceof Simulatable).toList();
        assertThat(simulated).isNotEmpty();
        StringBuilder text = new StringBuilder();
        for (Driver driver : simulated) {
            text.append(
                    """
                    [[sensor]]
                    name = "%1$s"
                    driver = "%1$s"
                    bus = "simulated-%2$d"
                    address = %3$s
                    """
                            .formatted(
                                    driver.descriptor().name(),
                                    1 + simulated.indexOf(driver),
                                    driver.descriptor()
                                            .option("address")
                                            .orElseThrow()
                                            .fallback()));
        }
        Path file = Files.writeString(folder.resolve("pipit.toml"), text);
        LoadedConfiguration loaded =
                new ConfigurationLoader(DriverCatalogue.descriptors(drivers))
                        .load(file, new Environment(Map.of(), "greenhouse"));
        Configuration configuration = ((LoadedConfiguration.Accepted) loaded).configuration();
        assertThat(configuration.sensors()).hasSameSizeAs(simulated);
        try (DriverCatalogue catalogue =
                new DriverCatalogue(
                        drivers,
                        Configuration.Provider.LINUX,
                        folder,
                        new WaitingClock(),
                        Thread::new,
                        1)) {
            for (SensorSpec sensor : catalogue.specs(configuration.sensors())) {
                try (Probe probe = sensor.opener().open()) {
                    assertThat(probe.read()).as(sensor.sensor()).isNotEmpty();
                    assertThat(probe.read()).as(sensor.sensor()).isNotEmpty();
                }
            }
        }
    }

    @Test
    void aProviderThatIsNotThereIsAnErrorThatSaysWhereItsJarBelongs() throws IOException {
        assertThat(problems("[hardware]\nprovider = \"linux\"\n")).isEmpty();
        assertThat(problems("[hardware]\nprovider = \"pi4j-ffm\"\n"))
                .singleElement()
                .asString()
                .startsWith(":2:1: provider: Pi4J's plugin pi4j-plugin-ffm is not there")
                .contains("/usr/lib/pipit/drivers", "provider = \"linux\"");
        assertThat(problems("[hardware]\nprovider = \"pi4j\"\n"))
                .singleElement()
                .asString()
                .contains("\"linux\" or \"pi4j-ffm\"");
    }

    @Test
    void everyExampleIsRightAsItStandsAndWithAllThatItOffers() throws IOException {
        for (Driver driver : Drivers.load(getClass().getClassLoader()).all()) {
            String example = SensorBlock.example(driver.descriptor());
            assertThat(problems(example)).as(example).isEmpty();
            String full = example.replaceAll("(?m)^# ", "");
            assertThat(problems(full)).as(full).isEmpty();
        }
    }

    @Test
    void whatCannotBeConfiguredIsLeftOut() {
        assertThat(DriverCatalogue.problemWith(described("Tank", Bus.NONE, "file"))).isPresent();
        assertThat(DriverCatalogue.problemWith(described("tank", Bus.NONE, "every"))).isPresent();
        assertThat(DriverCatalogue.problemWith(described("tank", Bus.I2C, "file"))).isPresent();
        assertThat(DriverCatalogue.problemWith(described("tank", Bus.NONE, "file"))).isEmpty();
    }

    private static DriverDescriptor described(String name, Bus bus, String option) {
        return new DriverDescriptor(
                name,
                "A tank.",
                bus,
                List.of(new Quantity("level", "/", "of a tank")),
                List.of(Option.text(option, "What holds it.")));
    }

    /** Moves where somebody waits on it. */
    private static final class WaitingClock implements BusClock {
        private long nanos;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void pause(Duration length) {
            nanos += length.toNanos();
        }
    }

    private List<String> problems(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("pipit.toml"), text);
        Drivers drivers = Drivers.load(getClass().getClassLoader());
        return switch (DriverCatalogue.loader(drivers)
                .load(file, new Environment(Map.of(), "greenhouse"))) {
            case LoadedConfiguration.Accepted _ -> List.of();
            case LoadedConfiguration.Refused refused ->
                    refused.problems().stream()
                            .map(problem -> problem.toString().replace(file.toString(), ""))
                            .toList();
        };
    }
}
