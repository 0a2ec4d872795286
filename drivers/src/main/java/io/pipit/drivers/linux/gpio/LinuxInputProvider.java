package io.pipit.drivers.linux.gpio;

import com.pi4j.context.Context;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputBase;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProviderBase;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeEvent;
import com.pi4j.io.gpio.digital.DigitalStateChangeListener;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.line.Edge;
import io.pipit.drivers.line.EdgeListener;
import io.pipit.drivers.line.EdgeSource;
import io.pipit.drivers.line.InputRequest;
import io.pipit.drivers.line.InputRequest.Bias;
import io.pipit.drivers.line.InputRequest.Trigger;
import io.pipit.drivers.linux.kernel.KernelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Pi4J's digital inputs on the kernel's lines. Pi4J's listeners are called on the thread that waits
 * for edges. May be called on any thread.
 */
public final class LinuxInputProvider extends DigitalInputProviderBase {

    private final GpioChips chips;
    private final EdgeWatch edges;

    /**
     * @param id what Pi4J knows it by
     */
    public LinuxInputProvider(String id, GpioChips chips, EdgeWatch edges) {
        super(id, id);
        this.chips = chips;
        this.edges = edges;
    }

    /** A line of the 40-pin header, with all its edges. */
    @Override
    public DigitalInput create(DigitalInputConfig config) {
        Bias bias =
                switch (config.pull()) {
                    case OFF -> Bias.NONE;
                    case PULL_UP -> Bias.PULL_UP;
                    case PULL_DOWN -> Bias.PULL_DOWN;
                };
        return create(
                config,
                new InputRequest(
                        "",
                        config.bcm(),
                        config.onState() == DigitalState.LOW,
                        bias,
                        // Pi4J counts in microseconds.
                        Duration.ofNanos(1_000 * Math.max(0, config.debounce())),
                        Trigger.BOTH));
    }

    /**
     * A line as the request has it; of the configuration only names and the state that is on count.
     */
    public DigitalInput create(DigitalInputConfig config, InputRequest wanted) {
        GpioLine line;
        try {
            line = chips.open(wanted);
        } catch (SensorException e) {
            throw new LineException("line " + wanted.line(), e);
        }
        Input input = new Input(this, config, line, wanted.activeLow(), edges);
        boolean added = false;
        try {
            context().registry().add(input);
            added = true;
        } finally {
            if (!added) {
                line.close();
            }
        }
        return input;
    }

    private static final class Input extends DigitalInputBase implements EdgeSource {

        private final GpioLine line;
        private final boolean activeLow;
        private final EdgeWatch edges;
        private boolean watched;
        private boolean closed;

        Input(
                LinuxInputProvider provider,
                DigitalInputConfig config,
                GpioLine line,
                boolean activeLow,
                EdgeWatch edges) {
            super(provider, config);
            this.line = line;
            this.activeLow = activeLow;
            this.edges = edges;
        }

        /** The level on the wire, as Pi4J has it. */
        @Override
        public DigitalState state() {
            try {
                return level(line.isActive());
            } catch (KernelException e) {
                throw new LineException(line.name(), e);
            }
        }

        private DigitalState level(boolean active) {
            return active == activeLow ? DigitalState.LOW : DigitalState.HIGH;
        }

        @Override
        public synchronized void listen(EdgeListener listener) {
            watch(listener);
        }

        private void watch(EdgeListener listener) {
            if (watched || closed) {
                throw new IllegalStateException(line.name() + " has a listener, or is closed");
            }
            try {
                edges.add(line, listener);
                watched = true;
            } catch (KernelException e) {
                throw new LineException(line.name(), e);
            }
        }

        @Override
        public synchronized DigitalInput addListener(DigitalStateChangeListener... listeners) {
            super.addListener(listeners);
            if (!watched) {
                watch(new Dispatcher());
            }
            return this;
        }

        @Override
        public DigitalInput shutdownInternal(Context context) {
            super.shutdownInternal(context);
            boolean leave;
            synchronized (this) {
                if (closed) {
                    return this;
                }
                closed = true;
                leave = watched;
            }
            // Not under the lock, which a listener may be waiting for.
            if (leave) {
                edges.remove(line);
            }
            line.close();
            return this;
        }

        private final class Dispatcher implements EdgeListener {

            private @Nullable DigitalState last;

            @Override
            public void edge(Edge edge) {
                DigitalState now = level(edge.active());
                if (now != last) {
                    last = now;
                    dispatch(new DigitalStateChangeEvent<DigitalInput>(Input.this, now));
                }
            }

            @Override
            public void failed(String reason) {
                logger.warn("{}", reason);
            }
        }
    }
}
