package io.pipit.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.Configuration;
import io.pipit.config.ConfigurationLoader;
import io.pipit.config.DriverDescriptor;
import io.pipit.config.Environment;
import io.pipit.config.LoadedConfiguration;
import io.pipit.drivers.Drivers;
import io.pipit.sampling.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the configuration says of quantities, with the drivers that there are. */
class CalibratedTest {
    @TempDir private Path folder;

    private Rule.Set rules(String sensor) throws IOException {
        Drivers drivers = Drivers.load(getClass().getClassLoader());
        List<DriverDescriptor> descriptors = DriverCatalogue.descriptors(drivers);
        Path file = Files.writeString(folder.resolve("pipit.toml"), "[[sensor]]\n" + sensor);
        LoadedConfiguration loaded =
                new ConfigurationLoader(descriptors).load(file, new Environment(Map.of(), "node"));
        assertThat(loaded).isInstanceOf(LoadedConfiguration.Accepted.class);
        Configuration.Sensor read =
                ((LoadedConfiguration.Accepted) loaded).configuration().sensors().getFirst();
        return Calibrated.rules(
                read,
                descriptors.stream()
                        .filter(driver -> driver.name().equals(read.driver()))
                        .findFirst()
                        .orElseThrow());
    }

    @Test
    void nothingSetIsNoRule() throws IOException {
        assertThat(rules("name = 'h'\ndriver = 'host'\n")).isEqualTo(Rule.Set.NONE);
    }

    @Test
    void convertsFromTheUnitOfTheDriver() throws IOException {
        Rule.Set rules =
                rules(
                        """
                        name = "air"
                        driver = "bme280"
                        bus = "simulated"
                        address = 0x76
                        [sensor.quantity.pressure]
                        unit = "hPa"
                        offset = 1.5
                        range = [900, 1100]
                        """);
        assertThat(rules.byQuantity())
                .containsOnlyKeys("pressure")
                .containsEntry(
                        "pressure",
                        new Rule(
                                new Rule.Calibration("Pa", "hPa", 1, 100, 0, 1, 1.5),
                                900,
                                1100,
                                -1,
                                Duration.ZERO,
                                Duration.ofMinutes(10)));
        assertThat(rules.others()).isEqualTo(Rule.NONE);
    }

    @Test
    void aRawCountBecomesWhatItsScaleSays() throws IOException {
        Rule.Set rules =
                rules(
                        """
                        name = "rain"
                        driver = "gpio-input"
                        line = 17
                        mode = "count"
                        quantity.count = { unit = "mm", scale = 0.2794 }
                        """);
        assertThat(rules.byQuantity().get("count").calibration())
                .isEqualTo(new Rule.Calibration("count", "mm", 1, 1, 0, 0.2794, 0));
    }

    @Test
    void whatTheSensorSaysHoldsForAllThatSayNothingElse() throws IOException {
        Rule.Set rules =
                rules(
                        """
                        name = "h"
                        driver = "host"
                        on-change = true
                        average-over = "1m"
                        at-least-every = "1h"
                        quantity.load = { deadband = 0.1, average-over = "2m", at-least-every = "5m" }
                        quantity.uptime = { on-change = false }
                        """);
        Rule load = rules.byQuantity().get("load");
        assertThat(load.deadband()).isEqualTo(0.1);
        assertThat(load.averageOver()).isEqualTo(Duration.ofMinutes(2));
        assertThat(load.atLeastEvery()).isEqualTo(Duration.ofMinutes(5));
        assertThat(rules.byQuantity().get("uptime").deadband()).isNegative();
        assertThat(rules.byQuantity().get("uptime").averageOver()).isEqualTo(Duration.ofMinutes(1));
        assertThat(rules.others().deadband()).isZero();
        assertThat(rules.others().averageOver()).isEqualTo(Duration.ofMinutes(1));
        assertThat(rules.others().atLeastEvery()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void aQuantityMayGoOutMoreRarely() throws IOException {
        Rule.Set rules =
                rules(
                        "name = 'h'\ndriver = 'host'\naverage-over = '2m'\nquantity.uptime.every = '1m'\n");
        Rule uptime = rules.byQuantity().get("uptime");
        assertThat(uptime.every()).isEqualTo(Duration.ofMinutes(1));
        assertThat(uptime.averageOver()).as("in its place").isZero();
        assertThat(rules.others().every()).isZero();
        assertThat(rules.others().averageOver()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void aLabelOfTheKernelMayBeCalibrated() throws IOException {
        assertThat(
                        rules(
                                        "name = 'c'\ndriver = 'hwmon'\nchip = 'x'\nquantity.tctl.offset = -3\n")
                                .byQuantity())
                .containsKey("tctl");
    }
}
