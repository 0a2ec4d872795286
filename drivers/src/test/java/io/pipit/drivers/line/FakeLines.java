package io.pipit.drivers.line;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.exception.IOException;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputBase;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProvider;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputBase;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalOutputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.i2c.I2C;
import io.pipit.drivers.Buses;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An input and an output, and at their ends a test. */
public final class FakeLines implements Buses {

    /** The inputs that were asked for. */
    public final List<String> asked = new ArrayList<>();

    /** How many lines are not given back yet. */
    public int open;

    /** What the input is. */
    public boolean active;

    /** Whether there is no input. */
    public boolean refused;

    /** Whether the output cannot be set. */
    public boolean failing;

    /** What happens to the input where the output is switched off. */
    public Consumer<EdgeListener> whenOff = _ -> {};

    private @Nullable EdgeListener listener;

    /** The input has an edge. */
    public void edge(long nanos, boolean rising, long lost) {
        if (listener != null) {
            listener.edge(new Edge(nanos, rising, lost));
        }
    }

    /** The input is gone. */
    public void fail(String reason) {
        if (listener != null) {
            listener.failed(reason);
        }
    }

    @Override
    public boolean serves(String bus) {
        return false;
    }

    @Override
    public I2C i2c(String bus, int address) {
        throw new IllegalStateException();
    }

    @Override
    public boolean hasLines() {
        return true;
    }

    @Override
    public DigitalInput input(InputRequest wanted) throws SensorException {
        asked.add(wanted.toString());
        if (refused) {
            throw new SensorException(Category.CONFIGURATION, "no line " + wanted.line());
        }
        open++;
        Context none = context();
        return new In(DigitalInput.newConfigBuilder(none).bcm(wanted.line()).build());
    }

    @Override
    public DigitalOutput output(OutputRequest wanted) {
        open++;
        Context none = context();
        return new Out(DigitalOutput.newConfigBuilder(none).bcm(wanted.line()).build());
    }

    private static Context context() {
        Context none = Pi4J.newContextBuilder().noAutoDetect().disableShutdownHook().build();
        none.shutdown();
        return none;
    }

    @Override
    public void close() {}

    private final class In extends DigitalInputBase implements EdgeSource {

        In(DigitalInputConfig config) {
            super((DigitalInputProvider) null, config);
        }

        @Override
        public DigitalState state() {
            return active ? DigitalState.HIGH : DigitalState.LOW;
        }

        @Override
        public void listen(EdgeListener ear) {
            listener = ear;
        }

        @Override
        public void close() {
            open--;
        }
    }

    private final class Out extends DigitalOutputBase {

        Out(DigitalOutputConfig config) {
            super((DigitalOutputProvider) null, config);
        }

        @Override
        public DigitalOutput state(DigitalState wish) {
            if (failing) {
                throw new IOException("gone");
            }
            if (wish.isLow() && listener != null) {
                whenOff.accept(listener);
            }
            return this;
        }

        @Override
        public void close() {
            open--;
        }
    }
}
