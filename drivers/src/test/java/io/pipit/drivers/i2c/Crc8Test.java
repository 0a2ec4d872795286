package io.pipit.drivers.i2c;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Crc8Test {

    @Test
    void isThatOfTheDatasheets() {
        // SHT3x-DIS section 4.12; SCD4x "read_measurement"; HTU21D(F) "CRC checksum", three of
        // them.
        assertThat(sum(Crc8.FROM_ONES, "BEEF")).isEqualTo(0x92);
        assertThat(sum(Crc8.FROM_ONES, "01F4")).isEqualTo(0x33);
        assertThat(sum(Crc8.FROM_ONES, "6667")).isEqualTo(0xA2);
        assertThat(sum(Crc8.FROM_ONES, "5EB9")).isEqualTo(0x3C);
        assertThat(sum(Crc8.FROM_ZERO, "DC")).isEqualTo(0x79);
        assertThat(sum(Crc8.FROM_ZERO, "683A")).isEqualTo(0x7C);
        assertThat(sum(Crc8.FROM_ZERO, "4E85")).isEqualTo(0x6B);
    }

    @Test
    void matchesOnlyItsOwnBytes() {
        byte[] bytes = HexFormat.of().parseHex("00BEEF92");
        assertThat(Crc8.FROM_ONES.matches(bytes, 1, 2)).isTrue();
        assertThat(Crc8.FROM_ZERO.matches(bytes, 1, 2)).isFalse();
        for (int bit = 0; bit < 24; bit++) {
            byte[] wrong = bytes.clone();
            wrong[1 + bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(Crc8.FROM_ONES.matches(wrong, 1, 2)).isFalse();
        }
    }

    private static int sum(Crc8 crc, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return crc.of(bytes, 0, bytes.length);
    }
}
