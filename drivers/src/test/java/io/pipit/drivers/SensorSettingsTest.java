package io.pipit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pipit.drivers.DriverDescriptor.Bus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SensorSettingsTest {

    private static final DriverDescriptor CHIP =
            new DriverDescriptor(
                    "chip",
                    "A chip.",
                    Bus.I2C,
                    List.of(),
                    List.of(
                            Option.i2cBus(),
                            Option.integer("address", "Where.")
                                    .between(0x76, 0x77)
                                    .byDefault(0x76)
                                    .example("0x76"),
                            Option.integer("times", "How often.").oneOf(1, 2, 4).byDefault(1),
                            Option.number("gain", "How much.").between(0, 10).byDefault(1.5),
                            Option.flag("fast", "Whether.").byDefault(false),
                            Option.text("label", "What.")));

    @Test
    void fillsInDefaults() throws SensorException {
        SensorSettings settings = SensorSettings.of("air", CHIP, Map.of("bus", "i2c-1"));
        assertThat(settings.text("bus")).isEqualTo("i2c-1");
        assertThat(settings.bus()).isEqualTo("i2c-1");
        assertThat(settings.integer("address")).isEqualTo(0x76);
        assertThat(settings.number("gain")).isEqualTo(1.5);
        assertThat(settings.flag("fast")).isFalse();
        assertThat(settings.optionalText("label")).isEmpty();
    }

    @Test
    void takesIntegersOfAnyWidth() throws SensorException {
        Map<String, ?> values = Map.of("bus", "i2c-1", "address", 0x77L, "times", 4, "gain", 3);
        SensorSettings settings = SensorSettings.of("air", CHIP, values);
        assertThat(settings.integer("address")).isEqualTo(0x77);
        assertThat(settings.integer("times")).isEqualTo(4);
        assertThat(settings.number("gain")).isEqualTo(3.0);
    }

    @Test
    void namesEverythingThatIsWrongAtOnce() {
        Map<String, ?> values =
                Map.of("address", 0x10L, "times", 3L, "gain", "much", "colour", "red");
        assertThatExceptionOfType(SensorException.class)
                .isThrownBy(() -> SensorSettings.of("air", CHIP, values))
                .satisfies(e ->
                        assertThat(e.category()).isEqualTo(SensorException.Category.CONFIGURATION))
                .withMessageContaining("bus is missing, as in bus = \"i2c-1\"")
                .withMessageContaining("address must be from 0x76 to 0x77, not 0x10")
                .withMessageContaining("times must be one of 1, 2, 4, not 3")
                .withMessageContaining("gain must be a number, not \"much\"")
                .withMessageContaining("driver chip has no option colour");
    }

    @Test
    void putsEachKernelSourceOnABusOfItsOwn() throws SensorException {
        DriverDescriptor kernel = new DriverDescriptor("host", "", Bus.NONE, List.of(), List.of());
        DriverDescriptor wire = new DriverDescriptor("w1", "", Bus.ONE_WIRE, List.of(), List.of());
        assertThat(SensorSettings.of("a", kernel, Map.of()).bus()).isEqualTo("host:a");
        assertThat(SensorSettings.of("b", kernel, Map.of()).bus()).isEqualTo("host:b");
        assertThat(SensorSettings.of("a", wire, Map.of()).bus()).isEqualTo("w1");
        assertThat(SensorSettings.of("b", wire, Map.of()).bus()).isEqualTo("w1");
    }
}
