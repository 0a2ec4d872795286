package io.pipit.drivers.linux.gpio;

import com.pi4j.context.Context;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputBase;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalOutputProviderBase;
import com.pi4j.io.gpio.digital.DigitalState;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.line.OutputRequest;
import io.pipit.drivers.linux.kernel.KernelException;

/** Pi4J's digital outputs on the kernel's lines. May be called on any thread. */
public final class LinuxOutputProvider extends DigitalOutputProviderBase {

    private final GpioChips chips;

    /**
     * @param id what Pi4J knows it by
     */
    public LinuxOutputProvider(String id, GpioChips chips) {
        super(id, id);
        this.chips = chips;
    }

    /** A line of the 40-pin header; off where the configuration has no state for its start. */
    @Override
    public DigitalOutput create(DigitalOutputConfig config) {
        boolean activeLow = config.onState() == DigitalState.LOW;
        DigitalState first = config.initialState();
        boolean active =
                first != null && first != DigitalState.UNKNOWN && first.isLow() == activeLow;
        return create(config, new OutputRequest("", config.bcm(), activeLow, active));
    }

    /** A line as the request has it. */
    public DigitalOutput create(DigitalOutputConfig config, OutputRequest wanted) {
        GpioLine line;
        try {
            line = chips.open(wanted);
        } catch (SensorException e) {
            throw new LineException("line " + wanted.line(), e);
        }
        Output output = new Output(this, config, line, wanted);
        boolean added = false;
        try {
            context().registry().add(output);
            added = true;
        } finally {
            if (!added) {
                line.close();
            }
        }
        return output;
    }

    private static final class Output extends DigitalOutputBase {

        private final GpioLine line;
        private final OutputRequest wanted;
        private boolean closed;

        Output(
                LinuxOutputProvider provider,
                DigitalOutputConfig config,
                GpioLine line,
                OutputRequest wanted) {
            super(provider, config);
            this.line = line;
            this.wanted = wanted;
            // It was asked for with this state, so that it had no other in between.
            this.state = level(wanted.safe());
        }

        private DigitalState level(boolean active) {
            return active == wanted.activeLow() ? DigitalState.LOW : DigitalState.HIGH;
        }

        @Override
        public synchronized DigitalOutput state(DigitalState wish) {
            if (closed) {
                throw new IllegalStateException(line.name() + " is closed");
            }
            try {
                line.set(wish == level(true));
            } catch (KernelException e) {
                throw new LineException(line.name(), e);
            }
            super.state(wish);
            return this;
        }

        @Override
        public synchronized DigitalOutput shutdownInternal(Context context) {
            if (!closed) {
                try {
                    line.set(wanted.safe());
                } catch (KernelException e) {
                    logger.warn("{} cannot be made safe: {}", line.name(), e.getMessage());
                }
                closed = true;
                line.close();
            }
            return this;
        }
    }
}
