package io.pipit.drivers.mcp3008;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.spi.Spi;
import com.pi4j.io.spi.SpiBase;
import com.pi4j.io.spi.SpiConfig;
import com.pi4j.io.spi.SpiProvider;
import io.pipit.drivers.Buses;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.spi.SpiException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Mcp3008Test {

    private final Chip chip = new Chip();
    private final Mcp3008Driver driver = new Mcp3008Driver();

    @AfterEach
    void givesTheChipBack() {
        assertThat(chip.open).isZero();
    }

    @Test
    void measuresEightInputs() throws Exception {
        for (int i = 0; i < 8; i++) {
            chip.steps[i] = i * 128;
        }
        chip.steps[7] = 1023;
        assertThat(read(Map.of("reference", 5.12)))
                .containsExactly(
                        "voltage-0=0.0 V",
                        "voltage-1=0.64 V",
                        "voltage-2=1.28 V",
                        "voltage-3=1.92 V",
                        "voltage-4=2.56 V",
                        "voltage-5=3.2 V",
                        "voltage-6=3.84 V",
                        "voltage-7=5.115 V");
        assertThat(chip.asked).isEqualTo("mode 0, chip select 0, 1000000 Hz");
    }

    @Test
    void measuresDifferences() throws Exception {
        chip.steps[0] = 700;
        chip.steps[1] = 300;
        chip.steps[4] = 100;
        chip.steps[5] = 1000;
        Map<String, Object> options =
                Map.of(
                        "reference",
                        1.024,
                        "inputs-0-1",
                        "difference",
                        "inputs-2-3",
                        "off",
                        "inputs-4-5",
                        "reversed",
                        "inputs-6-7",
                        "difference");
        assertThat(read(options))
                .containsExactly("voltage-0-1=0.4 V", "voltage-5-4=0.9 V", "voltage-6-7=0.0 V");
    }

    @Test
    void aFlippedBitInOneConversionDoesNoHarm() throws Exception {
        chip.steps[0] = 512;
        Map<String, Object> options = only("single");
        try (Sensor sensor = open(options)) {
            for (int exchange = 0; exchange < 3; exchange++) {
                for (int bit = 0; bit < 10; bit++) {
                    int hit = exchange;
                    int mask = 1 << bit;
                    int[] count = {0};
                    chip.wire =
                            answer -> {
                                if (count[0]++ == hit) {
                                    answer[1] ^= (byte) (mask >> 8);
                                    answer[2] ^= (byte) mask;
                                }
                                return answer;
                            };
                    assertThat(sensor.read().getFirst().value()).isEqualTo(1.65);
                }
            }
        }
    }

    @Test
    void nobodyThereIsSaid() throws Exception {
        chip.wire = answer -> new byte[] {-1, -1, -1};
        SensorException e = catchThrowableOfType(SensorException.class, () -> open(Map.of()));
        assertThat(e.category()).isEqualTo(Category.ABSENT);
        assertThat(e).hasMessageContaining("chip select 0 of bus spi-0 does not answer");
        chip.wire = UnaryOperator.identity();
        try (Sensor sensor = open(Map.of())) {
            chip.wire = answer -> new byte[] {-1, -1, -1};
            assertThat(catchThrowableOfType(SensorException.class, sensor::read).category())
                    .isEqualTo(Category.ABSENT);
            chip.wire =
                    _ -> {
                        throw new SpiException("gone", new IllegalStateException());
                    };
            assertThat(catchThrowableOfType(SensorException.class, sensor::read).category())
                    .isEqualTo(Category.IO);
            chip.wire = UnaryOperator.identity();
            assertThat(sensor.read()).hasSize(8);
        }
    }

    @Test
    void somethingHasToBeMeasured() {
        SensorException e = catchThrowableOfType(SensorException.class, () -> open(only("off")));
        assertThat(e.category()).isEqualTo(Category.CONFIGURATION);
        assertThat(e).hasMessageContaining("inputs-0-1 = \"single\"");
    }

    private static Map<String, Object> only(String first) {
        return Map.of(
                "inputs-0-1", first, "inputs-2-3", "off", "inputs-4-5", "off", "inputs-6-7", "off");
    }

    private List<String> read(Map<String, ?> options) throws Exception {
        try (Sensor sensor = open(options)) {
            return sensor.read().stream()
                    .map(one -> one.quantity() + "=" + one.value() + " " + one.unit())
                    .toList();
        }
    }

    private Sensor open(Map<String, ?> options) throws SensorException, InterruptedException {
        Map<String, Object> all = new HashMap<>(options);
        all.put("bus", "spi-0");
        return driver.open(
                SensorSettings.of("s", driver.descriptor(), all),
                new Hardware(Path.of("/"), Path.of("/"), new ManualClock(), List.of(chip)));
    }

    /** The chip, and the wires to it. */
    private static final class Chip implements Buses {

        private final int[] steps = new int[8];
        private UnaryOperator<byte[]> wire = UnaryOperator.identity();
        private String asked = "";
        private int open;

        @Override
        public boolean serves(String bus) {
            return bus.equals("spi-0");
        }

        @Override
        public I2C i2c(String bus, int address) {
            throw new IllegalStateException();
        }

        @Override
        public Spi spi(String bus, int chipSelect, int mode, int hertz) {
            asked = "mode %d, chip select %d, %d Hz".formatted(mode, chipSelect, hertz);
            open++;
            Context none = Pi4J.newContextBuilder().noAutoDetect().disableShutdownHook().build();
            SpiConfig config =
                    Spi.newConfigBuilder(none).bus(0).channel(chipSelect).baud(hertz).build();
            none.shutdown();
            return new Wire(config);
        }

        @Override
        public void close() {}

        /** Bit by bit as the datasheet draws it: the start bit is the last of the first byte. */
        private byte[] answer(byte[] sent) {
            assertThat(sent[0]).isEqualTo((byte) 1);
            int channel = (sent[1] >> 4) & 7;
            boolean single = (sent[1] & 0x80) != 0;
            int value = single ? steps[channel] : Math.max(0, steps[channel] - steps[channel ^ 1]);
            // What comes before the null bit is not defined.
            return new byte[] {(byte) 0xA5, (byte) (0xF8 | (value >> 8)), (byte) value};
        }

        private final class Wire extends SpiBase {

            Wire(SpiConfig config) {
                super((SpiProvider) null, config);
            }

            @Override
            public int transfer(
                    byte[] sent, int sentFrom, byte[] received, int receivedFrom, int count) {
                byte[] answer = wire.apply(answer(sent));
                System.arraycopy(answer, 0, received, receivedFrom, count);
                return count;
            }

            @Override
            public int read() {
                throw new IllegalStateException();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                throw new IllegalStateException();
            }

            @Override
            public int write(byte value) {
                throw new IllegalStateException();
            }

            @Override
            public int write(byte[] buffer, int offset, int length) {
                throw new IllegalStateException();
            }

            @Override
            public void close() {
                open--;
            }
        }
    }
}
