package io.pipit.drivers.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SerialDeviceTest {

    /** Two bytes at its start, two of content, and their sum. */
    private static final Frame FRAME =
            new Frame(List.of(0x42, 0x4D), 5, bytes -> (byte) (bytes[2] + bytes[3]) == bytes[4]);

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakePorts ports = new FakePorts();
    private SerialDevice device;

    @BeforeEach
    void open() throws Exception {
        device = SerialDevice.open(ports.hardware(), FakePorts.PORT, 9600);
    }

    @AfterEach
    void givesThePortBack() {
        device.close();
        assertThat(ports.open).isZero();
    }

    @Test
    void findsAMessageInPieces() throws Exception {
        ports.say("42");
        ports.say("4D 01");
        ports.say("02 03 42 4D");
        assertThat(received()).isEqualTo("424D010203");
    }

    @Test
    void findsItsBeginInMidMessage() throws Exception {
        ports.say("02 03 42 4D 01");
        ports.say("02 03");
        assertThat(received()).isEqualTo("424D010203");
        // The first 42 4D is content, and its sum is wrong.
        ports.say("42 4D 42 4D 05 06 0B");
        assertThat(received()).isEqualTo("424D05060B");
        ports.say("42 42 4D 00 00 00");
        assertThat(received()).isEqualTo("424D000000");
    }

    @Test
    void passesOverAMessageWithAWrongChecksum() throws Exception {
        ports.say("42 4D 01 02 04");
        ports.say("42 4D 01 02 03");
        assertThat(received()).isEqualTo("424D010203");
    }

    @Test
    void tellsSilenceNoiseAndDamageApart() {
        assertThat(failure().category()).isEqualTo(Category.ABSENT);
        assertThat(failure())
                .hasMessageStartingWith("the device on /dev/ttyUSB0 says nothing within 1000 ms");
        ports.say("42 4D 01 02 04");
        assertThat(failure().category()).isEqualTo(Category.IO);
        ports.say("42 4D 01 02 04");
        assertThat(failure()).hasMessageContaining("sent 1 messages with a wrong checksum");
        ports.say("00 FF 42 4D 01");
        SensorException noise = failure();
        assertThat(noise.category()).isEqualTo(Category.WRONG_CHIP);
        assertThat(noise)
                .hasMessageContaining(
                        "sent 5 bytes without a whole message that begins with 42 4D");
    }

    @Test
    void endsInTimeWhateverComes() {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = new byte[16];
            random.nextBytes(noise);
            noise[4] = 0x42;
            ports.talk.add(noise);
        }
        long before = ports.clock.nanoTime();
        assertThat(failure()).isNotNull();
        // A read that has begun may go on.
        assertThat(ports.clock.nanoTime() - before)
                .isLessThanOrEqualTo(SECOND.plusMillis(100).toNanos());
    }

    @Test
    void looksAtSoManyBytesAndNoMore() {
        for (int i = 0; i < 10_000; i++) {
            ports.talk.add(new byte[5]);
        }
        SensorException e =
                catchThrowableOfType(
                        SensorException.class, () -> device.receive(FRAME, Duration.ofHours(1)));
        assertThat(e).hasMessageContaining("sent " + SerialDevice.BYTES_MAX + " bytes");
    }

    @Test
    void saysWhereThePortIsGone() {
        ports.unplugged(true);
        assertThat(failure().category()).isEqualTo(Category.ABSENT);
        assertThat(catchThrowableOfType(SensorException.class, () -> device.send(new byte[1])))
                .hasMessageContaining("nothing is behind it");
        assertThat(catchThrowableOfType(SensorException.class, device::discard)).isNotNull();
    }

    private String received() throws Exception {
        return FakePorts.hex(device.receive(FRAME, SECOND));
    }

    private SensorException failure() {
        return catchThrowableOfType(SensorException.class, () -> device.receive(FRAME, SECOND));
    }
}
