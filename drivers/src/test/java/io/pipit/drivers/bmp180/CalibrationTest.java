package io.pipit.drivers.bmp180;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CalibrationTest {

    /** The example of the BMP180 datasheet, "Calculating pressure and temperature". */
    private static final Calibration DATASHEET =
            new Calibration(408, -72, -14383, 32741, 32757, 23153, 6190, 4, -32768, -8711, 2868);

    @Test
    void givesTheDatasheetsExample() {
        int b5 = DATASHEET.b5(27_898);
        assertThat(b5).isEqualTo(2400);
        assertThat(Calibration.celsius(b5)).isEqualTo(15.0);
        assertThat(DATASHEET.pascals(b5, 23_843, 0)).isEqualTo(69_964);
    }

    @Test
    void readsTheRegistersAsTheyAreLaidOut() {
        byte[] bytes = HexFormat.of().parseHex("0198FFB8C7D17FE57FF55A71182E00048000DDF90B34");
        assertThat(Calibration.of(bytes)).isEqualTo(DATASHEET);
    }

    @Test
    void emptyMemoryIsNoCalibration() {
        assertThat(DATASHEET.isPlausible()).isTrue();
        assertThat(Calibration.of(new byte[22]).isPlausible()).isFalse();
        assertThat(Calibration.of(HexFormat.of().parseHex("FF".repeat(22))).isPlausible())
                .isFalse();
    }
}
