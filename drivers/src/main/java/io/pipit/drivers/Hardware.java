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
import java.nio.file.Path;
import java.util.List;

/**
 * All that a driver may touch, handed in by the composition root, which also closes the buses.
 *
 * @param root where {@code proc} and {@code sys} are: {@code /}, or a test's own tree
 * @param dataDirectory where the node keeps its data; the disk that it may fill
 * @param clock time and waiting
 * @param buses what can be reached besides the kernel's files; the first that serves a bus is taken
 */
public record Hardware(Path root, Path dataDirectory, BusClock clock, List<Buses> buses) {

    public Hardware {
        buses = List.copyOf(buses);
    }

    /**
     * A device at an address of an I2C bus.
     *
     * @throws SensorException where there is no such bus, or the address is taken
     */
    public I2C i2c(String bus, int address) throws SensorException {
        return family(bus).i2c(bus, address);
    }

    /**
     * A chip on an SPI bus.
     *
     * @param mode 0 to 3, by clock polarity and phase
     * @param hertz the clock at the most
     * @throws SensorException where there is no such bus, or the chip select is taken
     */
    public Spi spi(String bus, int chipSelect, int mode, int hertz) throws SensorException {
        return family(bus).spi(bus, chipSelect, mode, hertz);
    }

    /**
     * A digital line as an input.
     *
     * @throws SensorException where there is no such line, or it is taken
     */
    public DigitalInput input(InputRequest wanted) throws SensorException {
        return lines().input(wanted);
    }

    /**
     * A digital line as an output.
     *
     * @throws SensorException where there is no such line, or it is taken
     */
    public DigitalOutput output(OutputRequest wanted) throws SensorException {
        return lines().output(wanted);
    }

    /**
     * A channel for pulse-width modulation.
     *
     * @throws SensorException where there is no such channel, or it is taken
     */
    public Pwm pwm(PwmRequest wanted) throws SensorException {
        return lines().pwm(wanted);
    }

    /**
     * A serial port that passes bytes as they are.
     *
     * @param port its name, as in {@code /dev/serial0}
     * @param baud bits a second
     * @throws SensorException where there is no such port, or it is taken
     */
    public SerialPort serial(String port, int baud) throws SensorException {
        return buses.stream()
                .filter(Buses::hasSerialPorts)
                .findFirst()
                .orElseThrow(() ->
                        new SensorException(
                                SensorException.Category.CONFIGURATION,
                                "this node has no serial ports"))
                .serial(port, baud);
    }

    private Buses lines() throws SensorException {
        return buses.stream()
                .filter(Buses::hasLines)
                .findFirst()
                .orElseThrow(() ->
                        new SensorException(
                                SensorException.Category.CONFIGURATION,
                                "this node has no digital lines"));
    }

    private Buses family(String bus) throws SensorException {
        for (Buses family : buses) {
            if (family.serves(bus)) {
                return family;
            }
        }
        throw new SensorException(
                SensorException.Category.CONFIGURATION,
                "there is no bus called \"%s\": this machine's buses are i2c-1, spi-0 and the like, and bus = \"simulated\" needs no hardware"
                        .formatted(bus));
    }
}
