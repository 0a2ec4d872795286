package io.pipit.drivers.linux.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.linux.kernel.Golden;
import io.pipit.drivers.linux.kernel.Struct;
import io.pipit.drivers.linux.kernel.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against what C compilers make of linux/spi/spidev.h. */
class SpiRequestsTest {

    @ParameterizedTest
    @EnumSource
    void aTransferIsLaidOutAsInC(Word word) {
        Struct sent = Struct.ofSize(3);
        Struct received = Struct.ofSize(3);
        Struct message = Struct.ofSize(2 * SpiRequests.TRANSFER_BYTES);
        SpiRequests.transfer(message, 1, sent, received, 1_350_000, 7);
        // The example has the chip let go in between, which nobody here wants.
        message.putByte(32 + 27, 1);
        assertThat(message.toBytes()).startsWith(new byte[32]);
        assertThat(message.toBytes()).endsWith(Golden.bytes(word, "spi_transfer"));
        assertThat(message.pointerAt(32)).isSameAs(sent);
        assertThat(message.pointerAt(40)).isSameAs(received);
    }

    @Test
    void requestsHaveTheirNumbers() {
        assertThat(SpiRequests.MODE).isEqualTo(Golden.request("spi_mode"));
        assertThat(SpiRequests.BITS).isEqualTo(Golden.request("spi_bits"));
        assertThat(SpiRequests.SPEED).isEqualTo(Golden.request("spi_speed"));
        assertThat(SpiRequests.message(1)).isEqualTo(Golden.request("spi_message_1"));
        assertThat(SpiRequests.message(2)).isEqualTo(Golden.request("spi_message_2"));
    }
}
