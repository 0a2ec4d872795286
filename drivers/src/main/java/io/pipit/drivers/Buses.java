package io.pipit.drivers;

import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.pwm.Pwm;
import com.pi4j.io.spi.Spi;
import io.pipit.drivers.line.InputRequest;
import io.pipit.drivers.line.OutputRequest;
import io.pipit.drivers.line.PwmRequest;
import io.pipit.drivers.tty.SerialPort;

/**
 * A family of buses that can be plugged in: the simulated ones, those of the kernel. Holds the Pi4J
 * context behind them; may be called on any thread.
 */
public interface Buses extends AutoCloseable {

    /** Whether a bus of this name, as in the configuration, is one of these. */
    boolean serves(String bus);

    /**
     * A device at an address of an I2C bus. Whether anything answers there shows at the first
     * transfer.
     *
     * @throws SensorException where there is no such bus, or the address is taken
     */
    I2C i2c(String bus, int address) throws SensorException;

    /**
     * A chip on an SPI bus.
     *
     * @param mode 0 to 3, by clock polarity and phase
     * @param hertz the clock at the most
     * @throws SensorException where there is no such bus, or the chip select is taken
     */
    default Spi spi(String bus, int chipSelect, int mode, int hertz) throws SensorException {
        throw new SensorException(
                SensorException.Category.CONFIGURATION,
                "bus \""
                        + bus
                        + "\" is not an SPI bus: those of this machine are spi-0 and the like");
    }

    /** Whether it has digital lines, too. */
    default boolean hasLines() {
        return false;
    }

    /**
     * A line as an input. Where it knows the time of its edges it is an {@link
     * io.pipit.drivers.line.EdgeSource}.
     *
     * @throws SensorException where there is no such line, or it is taken
     */
    default DigitalInput input(InputRequest wanted) throws SensorException {
        throw withoutLines();
    }

    /**
     * A line as an output, which is in its safe state from the start and again when it is closed.
     *
     * @throws SensorException where there is no such line, or it is taken
     */
    default DigitalOutput output(OutputRequest wanted) throws SensorException {
        throw withoutLines();
    }

    /**
     * A channel for pulse-width modulation, which is off at first and when it is closed. Where it
     * can be set finer than Pi4J has it, it is a {@link io.pipit.drivers.line.PulseWidth}.
     *
     * @throws SensorException where there is no such channel, or it is taken
     */
    default Pwm pwm(PwmRequest wanted) throws SensorException {
        throw withoutLines();
    }

    /** Whether it has serial ports, too. */
    default boolean hasSerialPorts() {
        return false;
    }

    /**
     * A serial port that passes bytes as they are.
     *
     * @param port its name, as in {@code /dev/serial0}
     * @param baud bits a second
     * @throws SensorException where there is no such port, or it is taken
     */
    default SerialPort serial(String port, int baud) throws SensorException {
        throw new SensorException(
                SensorException.Category.CONFIGURATION, "there are no serial ports here");
    }

    private static SensorException withoutLines() {
        return new SensorException(
                SensorException.Category.CONFIGURATION, "there are no digital lines here");
    }

    /** Gives back every device and ends what it started. */
    @Override
    void close();
}
