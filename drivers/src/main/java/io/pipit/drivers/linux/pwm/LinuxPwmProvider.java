package io.pipit.drivers.linux.pwm;

import com.pi4j.context.Context;
import com.pi4j.io.exception.IOException;
import com.pi4j.io.pwm.Pwm;
import com.pi4j.io.pwm.PwmBase;
import com.pi4j.io.pwm.PwmConfig;
import com.pi4j.io.pwm.PwmPolarity;
import com.pi4j.io.pwm.PwmProviderBase;
import io.pipit.drivers.BusClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.line.PulseWidth;
import io.pipit.drivers.line.PwmRequest;
import java.nio.file.Path;

/** Pi4J's pulse-width modulation on the kernel's channels. May be called on any thread. */
public final class LinuxPwmProvider extends PwmProviderBase {

    private final Path root;
    private final BusClock clock;

    /**
     * @param id what Pi4J knows it by
     * @param root where {@code sys} is
     */
    public LinuxPwmProvider(String id, Path root, BusClock clock) {
        super(id, id);
        this.root = root;
        this.clock = clock;
    }

    /** A channel of the only chip. */
    @Override
    public Pwm create(PwmConfig config) {
        return create(
                config,
                new PwmRequest(
                        "",
                        config.channel(),
                        config.frequency(),
                        config.polarity() == PwmPolarity.INVERSED));
    }

    /** A channel as the request has it; it is off at first, and when it is closed. */
    public Pwm create(PwmConfig config, PwmRequest wanted) {
        PwmChannel channel;
        try {
            channel = PwmChannel.open(root, wanted, clock);
        } catch (SensorException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        Channel pwm = new Channel(this, config, channel);
        boolean added = false;
        try {
            context().registry().add(pwm);
            added = true;
        } finally {
            if (!added) {
                channel.unexport();
            }
        }
        return pwm;
    }

    private static final class Channel extends PwmBase implements PulseWidth {

        private static final int PERCENT_MAX = 100;

        private final LinuxPwmProvider owner;
        private final PwmChannel channel;
        private boolean closed;
        private boolean goesOn;

        Channel(LinuxPwmProvider owner, PwmConfig config, PwmChannel channel) {
            super(owner, config);
            this.owner = owner;
            this.channel = channel;
        }

        @Override
        public synchronized Pwm on() {
            pulse(channel.periodNanos() * dutyCycle / PERCENT_MAX);
            return this;
        }

        @Override
        public synchronized Pwm off() {
            pulse(0);
            return this;
        }

        @Override
        public synchronized void pulse(long nanos) {
            if (closed) {
                throw new IllegalStateException(id() + " is closed");
            }
            try {
                channel.pulse(nanos);
                onState = nanos > 0;
            } catch (java.io.IOException e) {
                SensorException words = channel.failure(e);
                throw new IOException(String.valueOf(words.getMessage()), words);
            }
        }

        @Override
        public synchronized void goOnWhenClosed() {
            goesOn = true;
        }

        @Override
        public long periodNanos() {
            return channel.periodNanos();
        }

        @Override
        public void close() {
            // Pi4J's base does not know its context here.
            Context context = owner.context();
            if (context.registry().exists(id())) {
                context.registry().remove(id());
            }
        }

        @Override
        public synchronized Pwm shutdownInternal(Context context) {
            if (closed) {
                return this;
            }
            closed = true;
            if (goesOn) {
                // Not given back either: the kernel ends the pulses of a channel that is.
                return this;
            }
            try {
                channel.pulse(0);
            } catch (java.io.IOException e) {
                logger.warn("{} cannot be switched off: {}", id(), e.getMessage());
            }
            channel.unexport();
            return this;
        }
    }
}
