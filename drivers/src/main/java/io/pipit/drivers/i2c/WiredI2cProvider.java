package io.pipit.drivers.i2c;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CBase;
import com.pi4j.io.i2c.I2CBusBase;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.i2c.I2CProvider;
import com.pi4j.io.i2c.I2CProviderBase;
import io.pipit.drivers.i2c.I2cException.Reason;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;

/** Pi4J's I2C API over our own wires. Pi4J knows buses by number. */
public final class WiredI2cProvider extends I2CProviderBase {

    /** A turn on the bus is waited for so long; transfers end after half of it at the latest. */
    private static final Duration TURN_MAX = Duration.ofSeconds(1);

    private final IntFunction<? extends I2cWires> wires;
    private final Duration turnMax;
    private final Map<Integer, Turns> turns = new ConcurrentHashMap<>();

    /**
     * @param id what Pi4J knows it by
     * @param wires those of a bus, asked for each device that is opened
     */
    public WiredI2cProvider(String id, IntFunction<? extends I2cWires> wires) {
        this(id, wires, TURN_MAX);
    }

    WiredI2cProvider(String id, IntFunction<? extends I2cWires> wires, Duration turnMax) {
        super(id, id);
        this.wires = wires;
        this.turnMax = turnMax;
    }

    @Override
    public I2C create(I2CConfig config) {
        Turns bus = turns.computeIfAbsent(config.bus(), number -> new Turns(config, turnMax));
        I2cWires found = wires.apply(config.bus());
        I2C device = new Device(this, config, bus, found);
        bus.execute(
                device,
                () -> {
                    found.opened(config.device());
                    return found;
                });
        boolean added = false;
        try {
            context().registry().add(device);
            added = true;
        } finally {
            if (!added) {
                found.released(config.device());
            }
        }
        return device;
    }

    /**
     * Lets one action at a time onto a bus. One that does not come back, since the kernel does not,
     * keeps the others out, and each of them is told so.
     */
    private static final class Turns extends I2CBusBase {

        private final Duration turnMax;
        private final ReentrantLock turn = new ReentrantLock();
        private volatile int busyWith;

        Turns(I2CConfig config, Duration turnMax) {
            super(config);
            this.turnMax = turnMax;
        }

        @Override
        public <R> R execute(I2C device, Callable<R> action) {
            try {
                if (!turn.tryLock(turnMax.toNanos(), TimeUnit.NANOSECONDS)) {
                    throw new I2cException(
                            Reason.TIMEOUT,
                            "the bus is busy",
                            "",
                            "the transfer with 0x%02x does not come back from the kernel, and keeps all others out; where it stays so, restart the machine"
                                    .formatted(busyWith));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new I2cException(Reason.IO, "interrupted while the bus was busy");
            }
            try {
                busyWith = device.device();
                return action.call();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new Pi4JException(e);
            } finally {
                turn.unlock();
            }
        }
    }

    /** One address of a bus. */
    private static final class Device extends I2CBase<Turns> {

        private final I2cWires wires;
        private final int address;

        Device(I2CProvider provider, I2CConfig config, Turns bus, I2cWires wires) {
            super(provider, config, bus);
            this.wires = wires;
            this.address = config.device();
        }

        @Override
        public void close() {
            // Pi4J keeps the address taken until its registry has been told.
            if (isOpen) {
                super.close();
                wires.released(address);
                if (context().registry().exists(id())) {
                    context().registry().remove(id());
                }
            }
        }

        private byte[] transfer(byte[] written, int count) {
            return execute(() -> wires.transfer(address, written, count));
        }

        @Override
        public int read() {
            return transfer(new byte[0], 1)[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return into(buffer, offset, transfer(new byte[0], length));
        }

        @Override
        public int write(byte value) {
            transfer(new byte[] {value}, 0);
            return 1;
        }

        @Override
        public int write(byte[] data, int offset, int length) {
            transfer(Arrays.copyOfRange(data, offset, offset + length), 0);
            return length;
        }

        @Override
        public int readRegister(int register) {
            return transfer(new byte[] {(byte) register}, 1)[0] & 0xFF;
        }

        @Override
        public int readRegister(byte[] register, byte[] buffer, int offset, int length) {
            return into(buffer, offset, transfer(register, length));
        }

        @Override
        public int readRegister(int register, byte[] buffer, int offset, int length) {
            return into(buffer, offset, transfer(new byte[] {(byte) register}, length));
        }

        @Override
        public int writeRegister(int register, byte value) {
            transfer(new byte[] {(byte) register, value}, 0);
            return 1;
        }

        @Override
        public int writeRegister(int register, byte[] data, int offset, int length) {
            return writeRegister(new byte[] {(byte) register}, data, offset, length);
        }

        @Override
        public int writeRegister(byte[] register, byte[] data, int offset, int length) {
            byte[] bytes = Arrays.copyOf(register, register.length + length);
            System.arraycopy(data, offset, bytes, register.length, length);
            transfer(bytes, 0);
            return length;
        }

        @Override
        public void writeThenRead(
                byte[] written,
                int writeOffset,
                int writeLength,
                int delayNanos,
                byte[] buffer,
                int offset,
                int length) {
            byte[] out = Arrays.copyOfRange(written, writeOffset, writeOffset + writeLength);
            if (delayNanos <= 0 || length == 0) {
                into(buffer, offset, transfer(out, length));
                return;
            }
            // A chip that needs time gets it after a stop, and nobody else the bus.
            byte[] read =
                    execute(() -> {
                        wires.transfer(address, out, 0);
                        LockSupport.parkNanos(delayNanos);
                        return wires.transfer(address, new byte[0], length);
                    });
            into(buffer, offset, read);
        }

        private static int into(byte[] buffer, int offset, byte[] read) {
            System.arraycopy(read, 0, buffer, offset, read.length);
            return read.length;
        }
    }
}
