package io.pipit.drivers.linux.i2c;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.linux.kernel.Golden;
import io.pipit.drivers.linux.kernel.Struct;
import io.pipit.drivers.linux.kernel.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against what C compilers make of linux/i2c.h and linux/i2c-dev.h. */
class I2cRequestsTest {

    @ParameterizedTest
    @EnumSource
    void aTransferIsLaidOutAsInC(Word word) {
        Struct written = Struct.ofSize(1);
        Struct read = Struct.ofSize(2);
        Struct transfer = I2cRequests.transfer(word, 0x76, written, read);
        assertThat(transfer.toBytes()).isEqualTo(Golden.bytes(word, "i2c_transfer"));
        Struct messages = transfer.pointerAt(0);
        assertThat(messages.toBytes()).isEqualTo(Golden.bytes(word, "i2c_messages"));
        assertThat(messages.pointerAt(8)).isSameAs(written);
        assertThat(messages.pointerAt(messages.size() / 2 + 8)).isSameAs(read);
    }

    @ParameterizedTest
    @EnumSource
    void aReadOrAWriteAloneIsOneMessage(Word word) {
        Struct nothing = Struct.ofSize(0);
        Struct read = I2cRequests.transfer(word, 0x76, nothing, Struct.ofSize(2));
        assertThat(read.intAt(word.bytes())).isEqualTo(1);
        assertThat(read.pointerAt(0).shortAt(2)).isEqualTo(1);
        assertThat(read.pointerAt(0).shortAt(4)).isEqualTo(2);
        Struct write = I2cRequests.transfer(word, 0x76, Struct.ofSize(3), nothing);
        assertThat(write.intAt(word.bytes())).isEqualTo(1);
        assertThat(write.pointerAt(0).shortAt(2)).isZero();
        assertThat(write.pointerAt(0).shortAt(4)).isEqualTo(3);
        Struct empty = I2cRequests.transfer(word, 0x76, nothing, nothing);
        assertThat(empty.intAt(word.bytes())).isEqualTo(1);
        assertThat(empty.pointerAt(0).shortAt(4)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void anSmbusTransferIsLaidOutAsInC(Word word) {
        Struct data =
                Struct.ofSize(I2cRequests.DATA_BYTES)
                        .putByte(0, 3)
                        .putByte(1, 0xA1)
                        .putByte(2, 0xA2)
                        .putByte(3, 0xA3);
        assertThat(data.toBytes()).isEqualTo(Golden.bytes(word, "i2c_smbus_block"));
        Struct write = I2cRequests.smbus(word, false, 0xF4, I2cRequests.BLOCK, data);
        assertThat(write.toBytes()).isEqualTo(Golden.bytes(word, "i2c_smbus_write"));
        assertThat(write.pointerAt(8)).isSameAs(data);
        assertThat(I2cRequests.smbus(word, true, 0, 0, data).byteAt(0)).isEqualTo(1);
    }

    @Test
    void requestsHaveTheirNumbers() {
        assertThat(I2cRequests.TIMEOUT).isEqualTo(Golden.request("i2c_timeout"));
        assertThat(I2cRequests.SLAVE).isEqualTo(Golden.request("i2c_slave"));
        assertThat(I2cRequests.FUNCS).isEqualTo(Golden.request("i2c_funcs"));
        assertThat(I2cRequests.RDWR).isEqualTo(Golden.request("i2c_rdwr"));
        assertThat(I2cRequests.SMBUS).isEqualTo(Golden.request("i2c_smbus"));
    }
}
