package io.pipit.drivers.mhz19;

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

class Mhz19Test {

    private static final String ASK = "FF0186000000000079";

    /** 608 ppm. */
    private static final String ANSWER = "FF86026047000000D1";

    private final FakePorts ports = new FakePorts();
    private final Mhz19Driver driver = new Mhz19Driver();

    @AfterEach
    void givesThePortBack() {
        assertThat(ports.open).isZero();
    }

    @Test
    void commandsAreThoseOfTheManual() {
        assertThat(FakePorts.hex(Mhz19Sensor.command(0x86, 0, 0))).isEqualTo(ASK);
        assertThat(FakePorts.hex(Mhz19Sensor.command(0x79, 0xA0, 0)))
                .isEqualTo("FF0179A000000000E6");
        assertThat(FakePorts.hex(Mhz19Sensor.command(0x79, 0, 0))).isEqualTo("FF0179000000000086");
        assertThat(FakePorts.hex(Mhz19Sensor.command(0x99, 0, 2000)))
                .isEqualTo("FF019900000007D08F");
    }

    @Test
    void measuresWhatItAnswers() throws Exception {
        answer(ANSWER);
        try (Sensor sensor = open()) {
            assertThat(FakePorts.shown(sensor.read())).containsExactly("carbon-dioxide=608.0 ppm");
            answer("FF8602200000000058");
            assertThat(FakePorts.shown(sensor.read())).containsExactly("carbon-dioxide=544.0 ppm");
        }
    }

    @Test
    void isSetUpWhenItIsOpened() throws Exception {
        answer(ANSWER);
        ports.open(driver, Map.of("range", 2000, "self-calibration", false)).close();
        assertThat(ports.sent)
                .containsExactly(ASK, "FF0179000000000086", ASK, "FF019900000007D08F", ASK);
    }

    @Test
    void itsFirstValuesAreNoReadings() throws Exception {
        answer(ANSWER);
        try (Sensor sensor = ports.open(driver, Map.of())) {
            long opened = ports.clock.nanoTime();
            assertThat(sensor.read()).hasSize(1);
            long first = ports.clock.nanoTime() - opened;
            assertThat(first).isGreaterThan(Duration.ofMinutes(3).toNanos());
            assertThat(first).isLessThan(driver.readingMax().toNanos());
            sensor.read();
            assertThat(ports.clock.nanoTime() - opened - first)
                    .isLessThan(Duration.ofSeconds(1).toNanos());
        }
    }

    @Test
    void asksAgainWhereAnAnswerIsDamaged() throws Exception {
        answer(ANSWER);
        try (Sensor sensor = open()) {
            int[] asked = {0};
            ports.answers(_ -> asked[0]++ < 2 ? "FF86036047000000D1" : ANSWER);
            assertThat(FakePorts.shown(sensor.read())).containsExactly("carbon-dioxide=608.0 ppm");
            answer("FF86036047000000D1");
            SensorException e = catchThrowableOfType(SensorException.class, sensor::read);
            assertThat(e.category()).isEqualTo(Category.IO);
            assertThat(e).hasMessageContaining("wrong checksum");
        }
    }

    @Test
    void everyFlippedBitIsNoticedOrHarmless() throws Exception {
        answer(ANSWER);
        try (Sensor sensor = open()) {
            for (int bit = 0; bit < 72; bit++) {
                byte[] wrong = FakePorts.bytes(ANSWER);
                wrong[bit / 8] ^= (byte) (1 << bit % 8);
                int[] asked = {0};
                ports.answers(_ -> asked[0]++ == 0 ? FakePorts.hex(wrong) : ANSWER);
                assertThat(FakePorts.shown(sensor.read()))
                        .containsExactly("carbon-dioxide=608.0 ppm");
                assertThat(asked[0]).isEqualTo(2);
                ports.talk.clear();
            }
        }
    }

    @Test
    void aHalfAnswerDoesNotSpoilTheNext() throws Exception {
        answer(ANSWER);
        try (Sensor sensor = open()) {
            int[] asked = {0};
            ports.answers(_ -> asked[0]++ == 0 ? "FF860260" : ANSWER);
            assertThat(FakePorts.shown(sensor.read())).containsExactly("carbon-dioxide=608.0 ppm");
        }
    }

    @Test
    void whatIsOutOfItsRangeIsAFault() throws Exception {
        answer(ANSWER);
        try (Sensor sensor = open()) {
            // 0 and 5001 ppm.
            for (String answer : new String[] {"FF860000000000007A", "FF86138900000000DE"}) {
                answer(answer);
                SensorException e = catchThrowableOfType(SensorException.class, sensor::read);
                assertThat(e.category()).isEqualTo(Category.OUT_OF_RANGE);
            }
            answer("FF86138800000000DF");
            assertThat(FakePorts.shown(sensor.read())).containsExactly("carbon-dioxide=5000.0 ppm");
        }
    }

    @Test
    void nobodyThereAndSomethingElseThereAreSaid() {
        SensorException nobody = catchThrowableOfType(SensorException.class, this::open);
        assertThat(nobody.category()).isEqualTo(Category.ABSENT);
        assertThat(nobody).hasMessageContaining("says nothing");
        answer("0D0A4D5920474F4421");
        SensorException other = catchThrowableOfType(SensorException.class, this::open);
        assertThat(other.category()).isEqualTo(Category.WRONG_CHIP);
    }

    @Test
    void comesBackAfterItWasUnplugged() throws Exception {
        answer(ANSWER);
        try (Sensor sensor = open()) {
            ports.unplugged(true);
            SensorException e = catchThrowableOfType(SensorException.class, sensor::read);
            assertThat(e.category()).isEqualTo(Category.ABSENT);
        }
        assertThat(catchThrowableOfType(SensorException.class, this::open)).isNotNull();
        ports.unplugged(false);
        try (Sensor sensor = open()) {
            assertThat(sensor.read()).hasSize(1);
        }
    }

    private void answer(String hex) {
        ports.answers(command -> command.equals(ASK) ? hex : "");
    }

    private Sensor open() throws SensorException, InterruptedException {
        return ports.open(driver, Map.of("warm-up", 0));
    }
}
