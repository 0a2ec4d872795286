package io.pipit.drivers.gpio;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputBase;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.i2c.I2C;
import io.pipit.drivers.Buses;
import io.pipit.drivers.line.Edge;
import io.pipit.drivers.line.EdgeListener;
import io.pipit.drivers.line.EdgeSource;
import io.pipit.drivers.line.InputRequest;
import java.util.ArrayList;
import java.util.List;

/** One line, which a test moves. */
final class FakeLines implements Buses {

    final List<String> asked = new ArrayList<>();
    boolean active;
    int open;
    private EdgeListener listener =
            new EdgeListener() {
                @Override
                public void edge(Edge edge) {}

                @Override
                public void failed(String reason) {}
            };

    void edge(long nanos, boolean rising, long lost) {
        listener.edge(new Edge(nanos, rising, lost));
    }

    void fail(String reason) {
        listener.failed(reason);
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
    public DigitalInput input(InputRequest wanted) {
        asked.add(wanted.toString());
        open++;
        Context none = Pi4J.newContextBuilder().noAutoDetect().disableShutdownHook().build();
        DigitalInputConfig config = DigitalInput.newConfigBuilder(none).bcm(wanted.line()).build();
        none.shutdown();
        return new Input(config);
    }

    @Override
    public void close() {}

    private final class Input extends DigitalInputBase implements EdgeSource {

        Input(DigitalInputConfig config) {
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
}
