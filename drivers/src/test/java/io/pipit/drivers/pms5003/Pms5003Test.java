package io.pipit.drivers.pms5003;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.serial.FakePorts;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Pms5003Test {

    private static final String[] CLEAN = {"pm1=5.0 ug/m3", "pm2-5=8.0 ug/m3", "pm10=9.0 ug/m3"};

    private final FakePorts ports = new FakePorts();
    private final Pms5003Driver driver = new Pms5003Driver();

    @AfterEach
    void givesThePortBack() {
        assertThat(ports.open).isZero();
    }

    @Test
    void takesTheValuesForOrdinaryAir() throws Exception {
        try (Sensor sensor = open()) {
            // Written out: 6, 10, 12 in factories, 5, 8, 9 elsewhere, six counts, the version.
            ports.say(
                    "42 4D 00 1C 00 06 00 0A 00 0C 00 05 00 08 00 09 03 84 01 02 00 30 00 06 00 02 00 01 97 00 02 37");
            assertThat(FakePorts.shown(sensor.read())).containsExactly(CLEAN);
        }
    }

    @Test
    void findsItsPlaceWhereItComesInMidMessage() throws Exception {
        try (Sensor sensor = open()) {
            String frame = frame(5, 8, 9);
            for (int begin = 1; begin < 32; begin++) {
                String from = frame.substring(2 * begin);
                ports.say(from);
                ports.say(frame.substring(0, 2 * begin));
                ports.say(from);
                assertThat(FakePorts.shown(sensor.read())).containsExactly(CLEAN);
                ports.talk.clear();
            }
        }
    }

    @Test
    void everyFlippedBitCostsAMessageAndNoMore() throws Exception {
        try (Sensor sensor = open()) {
            for (int bit = 0; bit < 256; bit++) {
                byte[] wrong = FakePorts.bytes(frame(5, 8, 9));
                wrong[bit / 8] ^= (byte) (1 << bit % 8);
                ports.talk.add(wrong);
                ports.say(frame(6, 7, 8));
                assertThat(FakePorts.shown(sensor.read()))
                        .containsExactly("pm1=6.0 ug/m3", "pm2-5=7.0 ug/m3", "pm10=8.0 ug/m3");
                ports.talk.clear();
            }
        }
    }

    @Test
    void answersToCommandsArePassedOver() throws Exception {
        try (Sensor sensor = open()) {
            ports.say("42 4D 00 04 E1 01 01 75");
            ports.say(frame(5, 8, 9));
            assertThat(FakePorts.shown(sensor.read())).containsExactly(CLEAN);
        }
    }

    @Test
    void itsFirstValuesAreNoReadings() throws Exception {
        ports.say(frame(0, 0, 0));
        try (Sensor sensor = ports.open(driver, Map.of())) {
            long opened = ports.clock.nanoTime();
            ports.say(frame(5, 8, 9));
            assertThat(FakePorts.shown(sensor.read())).containsExactly(CLEAN);
            assertThat(ports.clock.nanoTime() - opened)
                    .isBetween(Duration.ofSeconds(30).toNanos(), driver.readingMax().toNanos());
        }
    }

    @Test
    void whatIsOutOfItsRangeIsAFault() throws Exception {
        try (Sensor sensor = open()) {
            ports.say(frame(10, 20, 1001));
            SensorException e = catchThrowableOfType(SensorException.class, sensor::read);
            assertThat(e.category()).isEqualTo(Category.OUT_OF_RANGE);
            assertThat(e).hasMessageContaining("pm10 of 1001 ug/m3");
            ports.say(frame(10, 20, 1000));
            assertThat(sensor.read()).hasSize(3);
        }
    }

    @Test
    void silenceNoiseAndDamageAreSaid() throws Exception {
        try (Sensor sensor = open()) {
            assertThat(failure(sensor).category()).isEqualTo(Category.ABSENT);
            ports.say("00 00 00 42 4D 00 1C");
            assertThat(failure(sensor).category()).isEqualTo(Category.WRONG_CHIP);
            byte[] wrong = FakePorts.bytes(frame(5, 8, 9));
            wrong[31]++;
            ports.talk.add(wrong);
            assertThat(failure(sensor).category()).isEqualTo(Category.IO);
        }
        assertThat(catchThrowableOfType(SensorException.class, () -> ports.open(driver, Map.of())))
                .hasMessageContaining("says nothing within 5000 ms");
    }

    @Test
    void comesBackAfterItWasUnplugged() throws Exception {
        try (Sensor sensor = open()) {
            ports.unplugged(true);
            assertThat(failure(sensor).category()).isEqualTo(Category.ABSENT);
        }
        assertThat(catchThrowableOfType(SensorException.class, this::open)).isNotNull();
        ports.unplugged(false);
        try (Sensor sensor = open()) {
            ports.say(frame(5, 8, 9));
            assertThat(FakePorts.shown(sensor.read())).containsExactly(CLEAN);
        }
    }

    private static SensorException failure(Sensor sensor) {
        return catchThrowableOfType(SensorException.class, sensor::read);
    }

    private Sensor open() throws SensorException, InterruptedException {
        ports.say(frame(1, 2, 3));
        return ports.open(driver, Map.of("warm-up", 0));
    }

    /** A message as the device sends it; the sum is counted as the manual says. */
    private static String frame(int pm1, int pm25, int pm10) {
        int[] numbers = {0x424D, 0x001C, 1, 2, 3, pm1, pm25, pm10, 900, 258, 48, 6, 2, 1, 0x9700};
        StringBuilder hex = new StringBuilder();
        int sum = 0;
        for (int number : numbers) {
            sum += (number >> 8) + (number & 0xFF);
            hex.append("%04X".formatted(number));
        }
        return hex.append("%04X".formatted(sum)).toString();
    }
}
