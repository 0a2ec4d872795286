package io.pipit.drivers.simulated;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.i2c.I2C;
import io.pipit.drivers.Buses;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.WiredI2cProvider;
import io.pipit.drivers.pi4j.Configs;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The buses called {@code simulated}, {@code simulated-1} and so on, up to {@code simulated-99}.
 * The Pi4J context behind them is made when the first device is opened: a node without simulated
 * sensors pays nothing. May be called on any thread.
 */
public final class SimulatedI2c implements Buses {

    private static final String PROVIDER = "pipit-simulated-i2c";

    private static final Pattern NAME = Pattern.compile("simulated(?:-([1-9][0-9]?))?");

    private final Map<Integer, SimulatedBus> buses = new TreeMap<>();
    private @Nullable Context pi4j;
    private boolean closed;

    @Override
    public boolean serves(String bus) {
        return NAME.matcher(bus).matches();
    }

    /** The wires of a bus that this serves, to connect chips to. */
    public SimulatedBus bus(String name) {
        return wires(number(name));
    }

    private synchronized SimulatedBus wires(int number) {
        return buses.computeIfAbsent(
                number,
                wanted -> new SimulatedBus(wanted == 0 ? "simulated" : "simulated-" + wanted));
    }

    @Override
    public synchronized I2C i2c(String bus, int address) throws SensorException {
        int number = number(bus);
        if (closed) {
            throw new SensorException(Category.ABSENT, "the bus " + bus + " was shut down");
        }
        Context context = pi4j;
        if (context == null) {
            // Detection would load whatever plugin lies on the class path; the shutdown is ours.
            context =
                    Pi4J.newContextBuilder()
                            .noAutoDetect()
                            .noAutoInject()
                            .disableShutdownHook()
                            .add(new WiredI2cProvider(PROVIDER, this::wires))
                            .build();
            pi4j = context;
        }
        WiredI2cProvider provider = context.provider(PROVIDER);
        return Configs.opened(
                context, Configs.i2c(context, bus, number, address), provider::create);
    }

    private static int number(String bus) {
        Matcher name = NAME.matcher(bus);
        if (!name.matches()) {
            throw new IllegalArgumentException("not a simulated bus: " + bus);
        }
        String digits = name.group(1);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (pi4j != null) {
            pi4j.shutdown();
            pi4j = null;
        }
    }
}
