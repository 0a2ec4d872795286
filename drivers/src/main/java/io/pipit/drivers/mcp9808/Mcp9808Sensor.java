package io.pipit.drivers.mcp9808;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.i2c.I2cSensor;
import io.pipit.drivers.i2c.Words;
import java.time.Duration;
import java.util.List;

/**
 * An MCP9808, which measures all the time, four times a second (MCP9808 datasheet, DS25095). Its
 * settings are those that it wakes up with; that it was not reset since, after which it says 0
 * degrees for a while, is seen from a limit that the alert would use, which holds a number that no
 * chip wakes up with.
 */
final class Mcp9808Sensor extends I2cSensor {

    private static final int CONFIGURATION = 1;
    private static final int UPPER_LIMIT = 2;
    private static final int TEMPERATURE = 5;
    private static final int MANUFACTURER = 6;
    static final int DEVICE = 7;
    private static final int RESOLUTION = 8;

    /** Sections 5.1.4 and 5.1.5; the lower byte of the device is its revision. */
    private static final int MICROCHIP = 0x0054;

    static final int MCP9808 = 0x04;

    /** 0.0625 degrees, as it comes ("Resolution Register"). */
    private static final int FINEST = 3;

    /** 255.75 degrees. */
    private static final int UPPER_LIMIT_WHEN_OURS = 0x0FFC;

    /**
     * "Resolution Register": a conversion with the finest resolution takes 250 ms, and a tenth
     * more.
     */
    private static final Duration CONVERSION = Duration.ofMillis(275);

    Mcp9808Sensor(I2cDevice device, BusClock clock) {
        super(device, clock);
    }

    @Override
    protected void start() throws SensorException, InterruptedException {
        int manufacturer = device.readWordAlike(MANUFACTURER);
        int part = device.readWordAlike(DEVICE);
        if (manufacturer != MICROCHIP || part >> 8 != MCP9808) {
            throw wrongChip(
                    "is not an MCP9808: its manufacturer is 0x%04x and its device 0x%04x, not 0x0054 and 0x04.."
                            .formatted(manufacturer, part));
        }
        device.writeWord(CONFIGURATION, 0);
        device.write(RESOLUTION, FINEST);
        device.writeWord(UPPER_LIMIT, UPPER_LIMIT_WHEN_OURS);
        clock.pause(CONVERSION);
        checkStillOurs();
    }

    @Override
    protected List<Measurement> measure() throws SensorException {
        int raw = Words.big(device.readSettled(TEMPERATURE, 2), 0);
        checkStillOurs();
        return List.of(within("temperature", celsius(raw), "Cel", -40, 125));
    }

    /**
     * "Ambient Temperature Register": a sign and 16 to the degree, below three flags of the alert.
     */
    static double celsius(int raw) {
        return (((raw & 0x1FFF) ^ 0x1000) - 0x1000) / 16.0;
    }

    private void checkStillOurs() throws SensorException {
        if (device.readWordAlike(CONFIGURATION) != 0
                || (device.readAlike(2, RESOLUTION, 1)[0] & 0xFF) != FINEST
                || device.readWordAlike(UPPER_LIMIT) != UPPER_LIMIT_WHEN_OURS) {
            throw lostSettings();
        }
    }
}
