package io.pipit.drivers.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DHT11 and DHT22 behind the kernel's driver (drivers/iio/humidity/dht11.c), which gives EIO where
 * a bit was lost, and ETIMEDOUT where too few edges came: a reading now and then does.
 */
class DhtTest {

    private static final String DEVICE = "sys/devices/platform/dht11@4/iio:device0";
    private static final Map<String, String> OPTIONS = Map.of("device", "dht11@4");

    /** Where nothing is mapped, as at its beginning, reading it gives EIO. */
    private static final Path EIO = Path.of("/proc/self/mem");

    @TempDir private Path root;

    private Tree tree;

    @BeforeEach
    void plug() {
        tree = new Tree(root);
        tree.link("sys/bus/iio/devices/iio:device0", DEVICE)
                .file(DEVICE + "/name", "dht11@4\n")
                // 65.2 % and 35.1 degrees, in thousandths.
                .file(DEVICE + "/in_humidityrelative_input", "65200\n")
                .file(DEVICE + "/in_temp_input", "35100\n");
    }

    @Test
    void isReadByItsName() throws Exception {
        assertThat(tree.read(new IioDriver(), OPTIONS))
                .containsExactly("humidity=65.2 %RH", "temperature=35.1 Cel");
    }

    @Test
    void aReadingThatFailsCostsThatReadingAlone() throws Exception {
        try (Sensor sensor = tree.open(new IioDriver(), OPTIONS)) {
            Path humidity = root.resolve(DEVICE + "/in_humidityrelative_input");
            Path temperature = root.resolve(DEVICE + "/in_temp_input");
            fail(humidity);
            assertThat(Tree.shown(sensor.read())).containsExactly("temperature=35.1 Cel");
            fail(temperature);
            SensorException e = catchThrowableOfType(SensorException.class, sensor::read);
            assertThat(e.category()).isEqualTo(Category.IO);
            assertThat(e).hasMessageContaining("in_humidityrelative_input cannot be read");
            mend(humidity, "64900\n");
            mend(temperature, "35000\n");
            assertThat(Tree.shown(sensor.read()))
                    .containsExactly("humidity=64.9 %RH", "temperature=35.0 Cel");
        }
    }

    @Test
    void whatCannotBeIsNoReading() throws Exception {
        // A DHT22 taken for a DHT11, or the reverse.
        tree.file(DEVICE + "/in_humidityrelative_input", "652000\n");
        assertThat(tree.read(new IioDriver(), OPTIONS)).containsExactly("temperature=35.1 Cel");
    }

    @Test
    void oneThatIsGoneIsSaidToBe() throws Exception {
        try (Sensor sensor = tree.open(new IioDriver(), OPTIONS)) {
            Files.delete(root.resolve(DEVICE + "/in_humidityrelative_input"));
            Files.delete(root.resolve(DEVICE + "/in_temp_input"));
            assertThat(catchThrowableOfType(SensorException.class, sensor::read).category())
                    .isEqualTo(Category.ABSENT);
        }
    }

    private static void fail(Path file) throws IOException {
        Files.delete(file);
        Files.createSymbolicLink(file, EIO);
    }

    private static void mend(Path file, String content) throws IOException {
        Files.delete(file);
        Files.writeString(file, content);
    }
}
