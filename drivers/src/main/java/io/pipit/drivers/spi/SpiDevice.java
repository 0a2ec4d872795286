package io.pipit.drivers.spi;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.spi.Spi;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;

/**
 * A chip on an SPI bus. Whatever goes wrong becomes a {@link SensorException} that names the place.
 * Used on the thread of its bus.
 */
public final class SpiDevice implements AutoCloseable {

    private final Spi device;
    private final String where;

    private SpiDevice(Spi device, String where) {
        this.device = device;
        this.where = where;
    }

    /**
     * Opens a chip.
     *
     * @param mode 0 to 3, by clock polarity and phase
     * @param hertz the clock at the most
     */
    public static SpiDevice open(Hardware hardware, String bus, int chipSelect, int mode, int hertz)
            throws SensorException {
        return new SpiDevice(
                hardware.spi(bus, chipSelect, mode, hertz),
                "chip select %d of bus %s".formatted(chipSelect, bus));
    }

    /** Sends bytes, and gives as many that came meanwhile. */
    public byte[] exchange(byte... sent) throws SensorException {
        byte[] received = new byte[sent.length];
        try {
            device.transfer(sent, 0, received, 0, sent.length);
        } catch (Pi4JException e) {
            throw new SensorException(
                    Category.IO, "an exchange with " + where + " failed: " + e.getMessage(), e);
        }
        return received;
    }

    /** A failure of this device; the message goes on after "the chip at …". */
    public SensorException fault(Category category, String message) {
        return new SensorException(category, "the chip at " + where + " " + message);
    }

    @Override
    public void close() {
        device.close();
    }
}
