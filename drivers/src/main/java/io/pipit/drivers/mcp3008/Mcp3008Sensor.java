package io.pipit.drivers.mcp3008;

import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.spi.SpiDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An MCP3008 (DS21295). It has neither an identity nor a checksum: that it is there shows in the
 * zero that it sends before each value, and a value is the middle one of three conversions, so that
 * a flipped bit in one of them does no harm. A wire that is always low looks like 0 V. Lives on the
 * thread of its bus.
 */
final class Mcp3008Sensor implements Sensor {

    private static final int STEPS = 1024;
    private static final int CONVERSIONS = 3;

    /** "Serial Communication": the bit before the value. */
    private static final int NULL_BIT = 0x04;

    private final SpiDevice device;
    private final List<Input> inputs;
    private final double reference;

    Mcp3008Sensor(SpiDevice device, List<Input> inputs, double reference) {
        this.device = device;
        this.inputs = List.copyOf(inputs);
        this.reference = reference;
    }

    /** That something is there. */
    void check() throws SensorException {
        int ignored = convert(inputs.getFirst());
    }

    @Override
    public List<Measurement> read() throws SensorException {
        List<Measurement> measured = new ArrayList<>(inputs.size());
        for (Input input : inputs) {
            int[] values = new int[CONVERSIONS];
            for (int i = 0; i < CONVERSIONS; i++) {
                values[i] = convert(input);
            }
            Arrays.sort(values);
            measured.add(
                    new Measurement(
                            input.quantity(), values[CONVERSIONS / 2] * reference / STEPS, "V"));
        }
        return measured;
    }

    /**
     * "Using the MCP3004/3008 with Microcontroller (MCU) SPI Ports": a start bit, what to convert,
     * and the value at the end of three bytes.
     */
    private int convert(Input input) throws SensorException {
        byte[] answer = device.exchange((byte) 1, (byte) (input.selection() << 4), (byte) 0);
        if ((answer[1] & NULL_BIT) != 0) {
            throw device.fault(
                    Category.ABSENT,
                    "does not answer as an MCP3008 does: check its power, its wires and the chip select");
        }
        return ((answer[1] & 0x03) << 8) | (answer[2] & 0xFF);
    }

    @Override
    public void close() {
        device.close();
    }
}
