package io.pipit.drivers.mhz19;

import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.serial.Frame;
import io.pipit.drivers.serial.SerialDevice;
import java.time.Duration;
import java.util.List;

/**
 * An MH-Z19 that is asked for each value ("MH-Z19B CO2 Module User's Manual", UART output):
 * messages of nine bytes, the last being the checksum of the seven after the first. One that
 * arrived damaged is asked for again at once. Lives on the thread of its bus.
 */
final class Mhz19Sensor implements Sensor {

    private static final int FRAME_BYTES = 9;
    private static final int START = 0xFF;
    private static final int SENSOR = 0x01;
    private static final int READ = 0x86;
    private static final int SELF_CALIBRATION = 0x79;
    private static final int SELF_CALIBRATION_ON = 0xA0;
    private static final int RANGE = 0x99;

    /** Twenty-odd milliseconds on the wire, and what it thinks about it. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(1);

    private static final int TRIES = 3;

    private static final Frame VALUE =
            new Frame(
                    List.of(START, READ),
                    FRAME_BYTES,
                    bytes -> bytes[FRAME_BYTES - 1] == checksum(bytes));

    private final SerialDevice device;
    private final int range;
    private final boolean selfCalibration;

    Mhz19Sensor(SerialDevice device, int range, boolean selfCalibration) {
        this.device = device;
        this.range = range;
        this.selfCalibration = selfCalibration;
    }

    /** Checks that it is there, and sets it up; it has no way to say what it is set to. */
    void start() throws SensorException, InterruptedException {
        ask();
        device.send(command(SELF_CALIBRATION, selfCalibration ? SELF_CALIBRATION_ON : 0, 0));
        // What it makes of the command, if anything, is passed over.
        ask();
        device.send(command(RANGE, 0, range));
        ask();
    }

    @Override
    public List<Measurement> read() throws SensorException, InterruptedException {
        int value = ask();
        if (value == 0 || value > range) {
            throw device.fault(
                    Category.OUT_OF_RANGE,
                    "measured %d ppm of carbon dioxide, and its range is 1 to %d: check it and its surroundings"
                            .formatted(value, range));
        }
        return List.of(new Measurement("carbon-dioxide", value, "ppm"));
    }

    private int ask() throws SensorException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            device.send(command(READ, 0, 0));
            try {
                byte[] answer = device.receive(VALUE, ANSWER_MAX);
                return ((answer[2] & 0xFF) << 8) | (answer[3] & 0xFF);
            } catch (SensorException e) {
                // One that is gone stays so, and a new one has to warm up.
                if (attempt == TRIES || e.category() == Category.ABSENT) {
                    throw e;
                }
            }
        }
    }

    /**
     * @param first the byte after the command
     * @param last the two bytes before the checksum, which is where devices want the range; the
     *     manual has it nearer to the command
     */
    static byte[] command(int command, int first, int last) {
        byte[] bytes = {
            (byte) START,
            SENSOR,
            (byte) command,
            (byte) first,
            0,
            0,
            (byte) (last >> 8),
            (byte) last,
            0
        };
        bytes[FRAME_BYTES - 1] = checksum(bytes);
        return bytes;
    }

    /** The negative sum of the bytes between the first and the last. */
    static byte checksum(byte[] bytes) {
        int sum = 0;
        for (int i = 1; i < FRAME_BYTES - 1; i++) {
            sum += bytes[i];
        }
        return (byte) -sum;
    }

    @Override
    public void close() {
        device.close();
    }
}
