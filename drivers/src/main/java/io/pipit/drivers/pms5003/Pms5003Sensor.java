package io.pipit.drivers.pms5003;

import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.serial.Frame;
import io.pipit.drivers.serial.SerialDevice;
import java.time.Duration;
import java.util.List;

/**
 * A PMS5003 that sends by itself, as it does after its power-on ("PMS5003 series data manual" V2.3,
 * appendix I): messages of 32 bytes, the last two being the sum of the others. What is read is the
 * next message from then on. Of its two kinds of values those "under atmospheric environment" are
 * taken, which are for the air outside of factories. Lives on the thread of its bus.
 */
final class Pms5003Sensor implements Sensor {

    private static final int FRAME_BYTES = 32;

    /** Two bytes at its start, and 28 that follow: thirteen numbers and the checksum. */
    private static final List<Integer> HEADER = List.of(0x42, 0x4D, 0x00, 0x1C);

    private static final int CHECKSUM_AT = 30;
    private static final int PM_1_AT = 10;
    private static final int PM_2_5_AT = 12;
    private static final int PM_10_AT = 14;

    /** "Maximum range"; 0 to 500 is where its accuracy holds. */
    private static final int MICROGRAMS_MAX = 1000;

    /** It sends every 2.3 s where the air stays as it is, and more often where it does not. */
    private static final Duration NEXT_MAX = Duration.ofSeconds(5);

    private static final Frame FRAME =
            new Frame(
                    HEADER,
                    FRAME_BYTES,
                    bytes -> number(bytes, CHECKSUM_AT) == sum(bytes, CHECKSUM_AT));

    private final SerialDevice device;

    Pms5003Sensor(SerialDevice device) {
        this.device = device;
    }

    /** That it is there and sends. */
    void check() throws SensorException, InterruptedException {
        device.discard();
        byte[] ignored = device.receive(FRAME, NEXT_MAX);
    }

    @Override
    public List<Measurement> read() throws SensorException, InterruptedException {
        device.discard();
        byte[] frame = device.receive(FRAME, NEXT_MAX);
        return List.of(
                measured("pm1", number(frame, PM_1_AT)),
                measured("pm2-5", number(frame, PM_2_5_AT)),
                measured("pm10", number(frame, PM_10_AT)));
    }

    private Measurement measured(String quantity, int micrograms) throws SensorException {
        if (micrograms > MICROGRAMS_MAX) {
            throw device.fault(
                    Category.OUT_OF_RANGE,
                    "measured a %s of %d ug/m3, and its range is 0 to %d: check it, and whether dust blocks its inlet"
                            .formatted(quantity, micrograms, MICROGRAMS_MAX));
        }
        return new Measurement(quantity, micrograms, "ug/m3");
    }

    private static int number(byte[] bytes, int at) {
        return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
    }

    private static int sum(byte[] bytes, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += bytes[i] & 0xFF;
        }
        return sum;
    }

    @Override
    public void close() {
        device.close();
    }
}
