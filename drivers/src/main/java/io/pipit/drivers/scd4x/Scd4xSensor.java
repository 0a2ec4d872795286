package io.pipit.drivers.scd4x;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.i2c.CheckedWords;
import io.pipit.drivers.i2c.Crc8;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import java.time.Duration;
import java.util.List;

/**
 * An SCD4x that measures every 5 s by itself (SCD4x datasheet "Basic Commands"). Every word has a
 * checksum, in both directions. Its settings cannot be read while it measures, but a chip that was
 * reset does not measure either: it has nothing to give until it is set up again. A reading waits
 * for the next measurement where it comes sooner than that.
 */
final class Scd4xSensor extends I2cSensor {

    /**
     * What the chip is told.
     *
     * @param altitude metres above the sea, 0 to 3000
     * @param temperatureOffset degrees that it is warmer than the air, 0 to 20
     * @param selfCalibration whether it takes the freshest air for 400 ppm
     */
    record Settings(int altitude, double temperatureOffset, boolean selfCalibration) {}

    private static final int START_PERIODIC = 0x21B1;
    private static final int STOP_PERIODIC = 0x3F86;
    private static final int READ_MEASUREMENT = 0xEC05;
    private static final int DATA_READY = 0xE4B8;
    private static final int REINITIALISE = 0x3646;
    private static final int SERIAL = 0x3682;
    private static final int SET_OFFSET = 0x241D;
    private static final int GET_OFFSET = 0x2318;
    private static final int SET_ALTITUDE = 0x2427;
    private static final int GET_ALTITUDE = 0x2322;
    private static final int SET_SELF_CALIBRATION = 0x2416;
    private static final int GET_SELF_CALIBRATION = 0x2313;

    /** "get_data_ready_status": any of these set is a measurement that was not read yet. */
    private static final int READY_BITS = 0x07FF;

    /**
     * "SCD4x Command Overview": how long the commands take; reinit is 20 or 30 ms by its version.
     */
    private static final Duration STOPPING = Duration.ofMillis(500);

    private static final Duration REINITIALISATION = Duration.ofMillis(30);
    private static final Duration COMMAND = Duration.ofMillis(1);

    /** 20 of them are a second more than the 5 s between two measurements. */
    private static final Duration POLL = Duration.ofMillis(300);

    private static final double FULL_SCALE = 65_535;

    private final Settings settings;

    Scd4xSensor(I2cDevice device, BusClock clock, Settings settings) {
        super(device, clock);
        this.settings = settings;
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        // While it measures it takes no other command.
        command(STOP_PERIODIC);
        clock.pause(STOPPING);
        command(REINITIALISE);
        clock.pause(REINITIALISATION);
        int[] serial = ask(SERIAL, 3);
        if ((serial[0] | serial[1] | serial[2]) == 0) {
            throw wrongChip("is not an SCD4x: it has no serial number");
        }
        set(
                SET_OFFSET,
                GET_OFFSET,
                (int) Math.round(settings.temperatureOffset() * FULL_SCALE / 175));
        set(SET_ALTITUDE, GET_ALTITUDE, settings.altitude());
        set(SET_SELF_CALIBRATION, GET_SELF_CALIBRATION, settings.selfCalibration() ? 1 : 0);
        command(START_PERIODIC);
    }

    @Override
    protected List<Measurement> measure() throws SensorException, InterruptedException {
        await(POLL, this::isReady);
        int[] raw = ask(READ_MEASUREMENT, 3);
        return List.of(
                // There is no air without any; a chip that says so has not measured.
                within("carbon-dioxide", raw[0], "ppm", 1, 40_000),
                within("temperature", celsius(raw[1]), "Cel", -10, 60),
                within("humidity", percent(raw[2]), "%RH", 0, 100));
    }

    /** "read_measurement". */
    static double celsius(int raw) {
        return -45 + 175.0 * raw / FULL_SCALE;
    }

    /** "read_measurement". */
    static double percent(int raw) {
        return 100.0 * raw / FULL_SCALE;
    }

    private boolean isReady() throws SensorException {
        command(DATA_READY);
        return (answer(1)[0] & READY_BITS) != 0;
    }

    private void set(int setter, int getter, int value)
            throws SensorException, InterruptedException {
        byte[] word = CheckedWords.toBytes(Crc8.FROM_ONES, value);
        device.send(setter >> 8, setter, word[0], word[1], word[2]);
        clock.pause(COMMAND);
        if (ask(getter, 1)[0] != value) {
            throw lostSettings();
        }
    }

    private int[] ask(int code, int words) throws SensorException, InterruptedException {
        command(code);
        clock.pause(COMMAND);
        return answer(words);
    }

    private int[] answer(int words) throws SensorException {
        return CheckedWords.of(device, Crc8.FROM_ONES, device.receive(words * CheckedWords.BYTES));
    }

    private void command(int code) throws SensorException {
        device.send(code >> 8, code);
    }
}
