package io.pipit.drivers.linux.gpio;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.linux.kernel.Golden;
import io.pipit.drivers.linux.kernel.Struct;
import io.pipit.drivers.linux.kernel.Word;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against what C compilers make of linux/gpio.h. */
class GpioRequestsTest {

    @ParameterizedTest
    @EnumSource
    void requestsForLinesAreLaidOutAsInC(Word word) {
        long flags =
                GpioRequests.FLAG_ACTIVE_LOW
                        | GpioRequests.FLAG_RISING
                        | GpioRequests.FLAG_FALLING
                        | GpioRequests.FLAG_PULL_UP;
        assertThat(GpioRequests.input(17, flags, Duration.ofMillis(5)).toBytes())
                .isEqualTo(Golden.bytes(word, "gpio_input"));
        assertThat(GpioRequests.output(27, 0, true).toBytes())
                .isEqualTo(Golden.bytes(word, "gpio_output"));
        assertThat(GpioRequests.values(true).toBytes())
                .isEqualTo(Golden.bytes(word, "gpio_values"));
    }

    @ParameterizedTest
    @EnumSource
    void answersAreReadAsInC(Word word) {
        Struct granted = Struct.over(Golden.bytes(word, "gpio_granted"));
        assertThat(GpioRequests.descriptor(granted)).isEqualTo(42);
        Struct chip = Struct.over(Golden.bytes(word, "gpio_chip"));
        assertThat(GpioRequests.chipName(chip)).isEqualTo("gpiochip0");
        assertThat(GpioRequests.chipLabel(chip)).isEqualTo("pinctrl-bcm2711");
        assertThat(GpioRequests.chipLines(chip)).isEqualTo(58);
        Struct line = Struct.over(Golden.bytes(word, "gpio_line"));
        assertThat(GpioRequests.lineConsumer(line)).isEqualTo("fan");
        assertThat(GpioRequests.lineInfo(17).toBytes()).hasSize(line.size());
        assertThat(GpioRequests.lineInfo(17).intAt(64)).isEqualTo(line.intAt(64));
        Struct event = Struct.over(Golden.bytes(word, "gpio_event"));
        assertThat(event.size()).isEqualTo(GpioRequests.EVENT_BYTES);
        assertThat(GpioRequests.eventNanos(event, 0)).isEqualTo(0x123456789ABCDEF0L);
        assertThat(GpioRequests.eventRises(event, 0)).isFalse();
        assertThat(GpioRequests.eventNumber(event, 0)).isEqualTo(8);
        assertThat(GpioRequests.isActive(Struct.over(Golden.bytes(word, "gpio_values")))).isTrue();
    }

    @Test
    void requestsHaveTheirNumbers() {
        assertThat(GpioRequests.CHIP_INFO).isEqualTo(Golden.request("gpio_chip_info"));
        assertThat(GpioRequests.LINE_INFO).isEqualTo(Golden.request("gpio_line_info"));
        assertThat(GpioRequests.LINE).isEqualTo(Golden.request("gpio_line"));
        assertThat(GpioRequests.GET_VALUES).isEqualTo(Golden.request("gpio_get_values"));
        assertThat(GpioRequests.SET_VALUES).isEqualTo(Golden.request("gpio_set_values"));
    }
}
