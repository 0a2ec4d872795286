package io.pipit.drivers.mpu6050;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FrameTest {

    @Test
    void readsTheRegistersAsTheyAreLaidOut() {
        byte[] bytes = HexFormat.of().parseHex("AA" + "0001FFFE4000" + "F0E0" + "0083FF7D7FFE");
        Frame frame = Frame.of(bytes, 1);
        assertThat(frame.acceleration()).containsExactly(1, -2, 16_384);
        assertThat(frame.temperature()).isEqualTo(-3872);
        assertThat(frame.rotation()).containsExactly(131, -131, 32_766);
        assertThat(frame.isSaturated()).isFalse();
        bytes[13] = (byte) 0x7F;
        bytes[14] = (byte) 0xFF;
        assertThat(Frame.of(bytes, 1).isSaturated()).isTrue();
    }

    @Test
    void convertsAsTheDatasheetDoes() {
        // Register map section 4.18: raw / 340 + 36.53.
        assertThat(new Frame(new int[3], -3920, new int[3]).celsius()).isEqualTo(25, within(0.01));
        // Product specification sections 6.1 and 6.2: 16384 to 2048 a g, 131 to 16.4 a degree.
        for (int code = 0; code < 4; code++) {
            Ranges ranges = Ranges.of(2 << code, 250 << code);
            assertThat(ranges).isEqualTo(new Ranges(code, code));
            assertThat(ranges.metresPerSecondSquared(16_384 >> code)).isEqualTo(9.80665);
        }
        assertThat(Ranges.of(2, 250).radiansPerSecond(131)).isEqualTo(Math.toRadians(1));
        assertThat(Ranges.of(2, 2000).radiansPerSecond(-164)).isEqualTo(Math.toRadians(-10));
    }
}
