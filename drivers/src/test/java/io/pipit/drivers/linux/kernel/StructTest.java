package io.pipit.drivers.linux.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class StructTest {

    @Test
    void numbersAreInTheMachinesOrder() {
        Struct struct =
                Struct.ofSize(16).putByte(0, 0xF4).putShort(2, 0xFFFE).putInt(4, -3).putLong(8, 5);
        assertThat(struct.toBytes())
                .containsExactly(
                        0xF4, 0, 0xFE, 0xFF, 0xFD, 0xFF, 0xFF, 0xFF, 5, 0, 0, 0, 0, 0, 0, 0);
        assertThat(struct.byteAt(0)).isEqualTo(0xF4);
        assertThat(struct.shortAt(2)).isEqualTo(0xFFFE);
        assertThat(struct.intAt(4)).isEqualTo(-3);
        assertThat(struct.longAt(8)).isEqualTo(5);
    }

    @Test
    void textEndsWithAZeroWhateverItsLength() {
        Struct struct = Struct.ofSize(6).putText(0, 4, "pipit").putByte(4, 'x');
        assertThat(struct.textAt(0, 4)).isEqualTo("pip");
        assertThat(struct.textAt(4, 2)).isEqualTo("x");
    }

    @Test
    void requestsAreNumberedAsInTheHeaders() {
        assertThat(Ioctl.reading(0xB4, 0x01, 68)).isEqualTo(Golden.request("gpio_chip_info"));
        assertThat(Ioctl.writing('k', 1, 1)).isEqualTo(Golden.request("spi_mode"));
        assertThat(Ioctl.exchanging(0xB4, 0x07, 592)).isEqualTo(Golden.request("gpio_line"));
        assertThatIllegalArgumentException().isThrownBy(() -> Ioctl.writing(0, 0, 1 << 14));
    }
}
