package io.pipit.drivers.simulated;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.i2c.I2cException;
import io.pipit.drivers.i2c.I2cException.Reason;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A chip that takes commands and answers them, some at once and some after a while, in which it
 * does not acknowledge. Called by its {@link SimulatedBus}, one transfer at a time.
 */
public abstract class CommandChip implements SimulatedChip {

    protected final BusClock clock;
    private @Nullable Supplier<byte[]> answer;
    private long readyNs;
    private boolean stuck;

    protected CommandChip(BusClock clock) {
        this.clock = clock;
        this.readyNs = clock.nanoTime();
    }

    /** Carries out a command, or refuses it with {@link #nak}. */
    protected abstract void command(byte[] bytes);

    /** Loses all that it was told. */
    protected abstract void forget();

    /** It answers this from then on, worked out when it is ready; nothing else before. */
    protected final void answerAfter(long nanos, Supplier<byte[]> bytes) {
        answer = bytes;
        readyNs = clock.nanoTime() + nanos;
    }

    /** It does not acknowledge for so long, and then has nothing to say. */
    protected final void busyFor(long nanos) {
        answer = null;
        readyNs = clock.nanoTime() + nanos;
    }

    protected final boolean isBusy() {
        return (stuck && answer != null) || clock.nanoTime() < readyNs;
    }

    protected static I2cException nak() {
        return new I2cException(Reason.NAK, "the chip does not acknowledge");
    }

    @Override
    public void write(byte[] bytes) {
        if (clock.nanoTime() < readyNs && !interruptible()) {
            throw nak();
        }
        answer = null;
        command(bytes);
    }

    /** Whether it takes commands while it is busy. */
    protected boolean interruptible() {
        return false;
    }

    @Override
    public byte[] read(int count) {
        Supplier<byte[]> ready = answer;
        if (ready == null || isBusy()) {
            throw nak();
        }
        byte[] bytes = ready.get();
        // What it has said once stays as it was.
        answer = () -> bytes;
        byte[] sent = Arrays.copyOf(bytes, count);
        if (count > bytes.length) {
            Arrays.fill(sent, bytes.length, count, (byte) 0xFF);
        }
        return sent;
    }

    @Override
    public void powerOn() {
        answer = null;
        readyNs = clock.nanoTime();
        forget();
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
