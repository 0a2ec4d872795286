package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.Configuration.Quantity;
import io.pipit.config.Configuration.Range;
import io.pipit.config.Configuration.Sensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How quantities are calibrated, checked and sent. */
class QuantityTest {
    private static final String AIR =
            """
            [[sensor]]
            name = "air"
            driver = "bme280"
            bus = "i2c-1"
            address = 0x76
            """;
    private static final String METER = "[[sensor]]\nname = 'm'\ndriver = 'meter'\n";

    @TempDir private Path folder;
    private LoaderFixture fixture;

    @BeforeEach
    void laysOutAFolder() {
        fixture = new LoaderFixture(folder);
    }

    @Test
    void readsAllThatMayBeSet() throws IOException {
        Sensor air =
                fixture.accepted(
                                AIR
                                        + """
                                        on-change = true
                                        average-over = "1m"
                                        at-least-every = "1h"
                                        [sensor.quantity.temperature]
                                        unit = "K"
                                        scale = 2
                                        offset = -0.5
                                        range = [-20, 60.5]
                                        on-change = true
                                        deadband = 0.2
                                        average-over = "30s"
                                        at-least-every = "30s"
                                        [sensor.quantity.pressure]
                                        """)
                        .sensors()
                        .getFirst();

        assertThat(air.onChange()).isTrue();
        assertThat(air.averageOver()).contains(Duration.ofMinutes(1));
        assertThat(air.atLeastEvery()).isEqualTo(Duration.ofHours(1));
        assertThat(air.quantity())
                .containsOnlyKeys("temperature", "pressure")
                .containsEntry(
                        "temperature",
                        new Quantity(
                                Optional.of("K"),
                                2,
                                -0.5,
                                Optional.of(new Range(-20, 60.5)),
                                Optional.of(true),
                                OptionalDouble.of(0.2),
                                Optional.of(Duration.ofSeconds(30)),
                                Optional.of(Duration.ofSeconds(30)),
                                Optional.empty()))
                .containsEntry(
                        "pressure",
                        new Quantity(
                                Optional.empty(),
                                1,
                                0,
                                Optional.empty(),
                                Optional.empty(),
                                OptionalDouble.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
    }

    @Test
    void aQuantityMayGoOutMoreRarelyThanItsSensorIsRead() throws IOException {
        Sensor air =
                fixture.accepted(
                                AIR
                                        + "average-over = '2m'\n"
                                        + "quantity.pressure = { every = '1m', on-change = true, at-least-every = '1m' }\n"
                                        + "quantity.temperature.every = '10s'\n")
                        .sensors()
                        .getFirst();
        assertThat(air.quantity().get("pressure").every()).contains(Duration.ofMinutes(1));
        assertThat(air.quantity().get("temperature").every()).contains(Duration.ofSeconds(10));
    }

    @Test
    void takesTheQuantitiesThatADeviceNamesItself() throws IOException {
        List<Sensor> sensors =
                fixture.accepted(
                                METER
                                        + "quantity.level-3 = { unit = 'mm', scale = 12 }\n"
                                        + "quantity.count = { unit = 'mm', scale = 0.2794 }\n"
                                        + "quantity.water-in = { offset = 1 }\n")
                        .sensors();
        assertThat(sensors.getFirst().quantity().keySet())
                .containsExactlyInAnyOrder("level-3", "count", "water-in");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[sensor.quantity.temprature]|6:1: the driver bme280 measures no \"temprature\": did you mean \"temperature\"?",
                "[sensor.quantity.x]|6:1: the driver bme280 measures no \"x\": known are temperature, pressure",
                "[sensor.temperature]|6:1: unknown key \"temperature\" in [[sensor]]: what is set for a quantity stands in [sensor.quantity.temperature]",
                "quantity = 1|6:1: quantity: must be a table of tables: write [sensor.quantity.NAME]",
                "quantity.pressure = 1|6:1: quantity.pressure: must be a table of tables: write",
                "unit = 'K'|6:1: unknown key \"unit\" in [[sensor]]: it belongs in [sensor.quantity.NAME]",
                "quantity.pressure.ofset = 1|6:1: unknown key \"ofset\" in [sensor.quantity.pressure]: did you mean \"offset\"?",
                "quantity.pressure.offset = 'x'|6:1: offset: must be a number, but is the string",
                "quantity.pressure.offset = nan|6:1: offset: must be between",
                "quantity.pressure.scale = 0|6:1: scale: must not be 0",
                "quantity.pressure.range = [60, -20]|6:1: range: goes from 60.0 to -20.0: write the lower number first",
                "quantity.pressure.range = [60, 60]|6:1: range: goes from 60.0 to 60.0",
                "quantity.pressure.range = [60]|6:1: range: must be two numbers, as in [-20, 60]",
                "quantity.pressure.range = [60, '70']|6:32: range: must be a number",
                "quantity.pressure.unit = 'hpa'|6:1: unit: \"hpa\" is not a unit that SenML has: did you mean \"hPa\"?",
                "quantity.pressure.unit = 'Cel'|6:1: unit: pressure is measured in Pa, which can't be converted to Cel, but to hPa",
                "quantity.temperature = { scale = 2, unit = 'Pa' }|6:37: unit: temperature is measured in Cel, which can't be converted to Pa, but to K",
                "quantity.pressure.deadband = -1|6:1: deadband: must be between 0.0 and",
                "quantity.pressure = { deadband = 1, on-change = false }|6:37: on-change: is false, and deadband says the opposite",
                "average-over = '5s'|6:1: average-over: 5s is shorter than the 10s from reading to reading",
                "at-least-every = '5s'|6:1: at-least-every: 5s is shorter than the 10s",
                "quantity.pressure.average-over = '9s'|6:1: average-over: 9s is shorter than the 10s",
                "quantity.pressure.every = '9s'|6:1: every: 9s is shorter than the 10s",
                "quantity.pressure = { every = '1m', at-least-every = '30s' }|6:37: at-least-every: 30s is shorter than the 1m",
                "quantity.pressure = { every = '1m', average-over = '1m' }|6:23: every: average-over says already how often a mean goes out: take one out",
                "quantity.pressure = { average-over = '1m', at-least-every = '30s' }|6:44: at-least-every: 30s is shorter than the 1m",
            })
    void saysWhatIsWrongAndWhere(String lines, String problem) throws IOException {
        assertThat(fixture.problems(AIR + lines + "\n"))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:" + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "quantity.count.unit = 'mm'|4:1: unit: count is measured in count, which can't be converted to mm: set scale, too, to how many mm one count is",
                "quantity.other.unit = 'mm'|4:1: unit: what other is measured in is known only when it is read",
                "quantity.\"a b\".offset = 1|4:1: the driver meter measures no \"a b\"",
            })
    void saysWhatARawUnitNeeds(String lines, String problem) throws IOException {
        assertThat(fixture.problems(METER + lines + "\n"))
                .singleElement()
                .asString()
                .startsWith("pipit.toml:" + problem);
    }
}
