package io.pipit.drivers.kernel;

import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sensor made of independent inputs: those that can be read are measured, and it fails only where
 * none can. Lives on its bus' thread.
 */
final class Inputs implements Sensor {

    private static final Logger LOG = LoggerFactory.getLogger(Inputs.class);

    /** Reads one value in the unit that goes with it. */
    @FunctionalInterface
    interface Source {
        double read() throws SensorException, InterruptedException;
    }

    /**
     * One input.
     *
     * @param quantity what it measures
     * @param unit of the value
     * @param least the smallest value that can be true
     * @param most the largest value that can be true
     * @param source where it comes from
     */
    record Input(String quantity, String unit, double least, double most, Source source) {

        Measurement measure() throws SensorException, InterruptedException {
            double value = source.read();
            if (!(value >= least && value <= most)) {
                throw new SensorException(
                        Category.OUT_OF_RANGE,
                        "%s is said to be %s %s, which is not between %s and %s: check the device"
                                .formatted(quantity, value, unit, least, most));
            }
            return new Measurement(quantity, value, unit);
        }
    }

    private final List<Input> all;

    Inputs(List<Input> inputs) {
        all = List.copyOf(inputs);
    }

    @Override
    public List<Measurement> read() throws SensorException, InterruptedException {
        List<Measurement> measured = new ArrayList<>(all.size());
        @Nullable SensorException first = null;
        for (Input input : all) {
            try {
                measured.add(input.measure());
            } catch (SensorException e) {
                LOG.debug("left out: {}", e.getMessage());
                first = first == null ? e : first;
            }
        }
        if (measured.isEmpty() && first != null) {
            throw first;
        }
        return measured;
    }

    @Override
    public void close() {
        // Holds no file open between readings.
    }
}
