package io.pipit.drivers.linux.spi;

import com.pi4j.context.Context;
import com.pi4j.io.spi.Spi;
import com.pi4j.io.spi.SpiBase;
import com.pi4j.io.spi.SpiConfig;
import com.pi4j.io.spi.SpiProvider;
import com.pi4j.io.spi.SpiProviderBase;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.linux.kernel.DeviceNode;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import io.pipit.drivers.spi.SpiException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Pi4J's SPI API on the kernel's spidev. A call is one message, during which the chip stays
 * selected; messages of one bus take turns. May be called on any thread.
 */
public final class LinuxSpiProvider extends SpiProviderBase {

    private final Path root;
    private final Kernel kernel;
    private final Map<Integer, ReentrantLock> turns = new ConcurrentHashMap<>();

    /**
     * @param id what Pi4J knows it by
     * @param root where {@code dev} is
     */
    public LinuxSpiProvider(String id, Path root, Kernel kernel) {
        super(id, id);
        this.root = root;
        this.kernel = kernel;
    }

    @Override
    public Spi create(SpiConfig config) {
        int bus = config.bus().getBus();
        DeviceNode node =
                new DeviceNode(
                        root.resolve("dev/spidev%d.%d".formatted(bus, config.channel())),
                        "spi",
                        "char-spi",
                        "switch SPI on with dtparam=spi=on in /boot/firmware/config.txt and restart");
        Device device =
                new Device(
                        this,
                        config,
                        node,
                        kernel,
                        turns.computeIfAbsent(bus, number -> new ReentrantLock()));
        device.open();
        boolean added = false;
        try {
            context().registry().add(device);
            added = true;
        } finally {
            if (!added) {
                device.close();
            }
        }
        return device;
    }

    private static final class Device extends SpiBase {

        private final DeviceNode node;
        private final Kernel kernel;
        private final ReentrantLock turn;
        private int descriptor;

        Device(
                SpiProvider provider,
                SpiConfig config,
                DeviceNode node,
                Kernel kernel,
                ReentrantLock turn) {
            super(provider, config);
            this.node = node;
            this.kernel = kernel;
            this.turn = turn;
        }

        @Override
        public void open() {
            if (isOpen) {
                return;
            }
            try {
                int opened = kernel.open(node.path().toString(), Kernel.O_RDWR | Kernel.O_CLOEXEC);
                try {
                    set(opened, SpiRequests.MODE, Struct.ofSize(1).putByte(0, mode()));
                    set(
                            opened,
                            SpiRequests.BITS,
                            Struct.ofSize(1).putByte(0, SpiRequests.BITS_PER_WORD));
                    set(opened, SpiRequests.SPEED, Struct.ofSize(4).putInt(0, config().baud()));
                } catch (KernelException e) {
                    kernel.close(opened);
                    throw e;
                }
                descriptor = opened;
                isOpen = true;
            } catch (KernelException e) {
                SensorException words = node.failure(e);
                throw new SpiException(Objects.toString(words.getMessage()), words);
            }
        }

        private int mode() {
            return config().mode().getMode();
        }

        private void set(int opened, long request, Struct value) throws KernelException {
            kernel.ioctl(opened, request, value);
        }

        @Override
        public void close() {
            if (isOpen) {
                super.close();
                kernel.close(descriptor);
                // Pi4J keeps the chip select taken until its registry has been told.
                if (context() != null && context().registry().exists(id())) {
                    context().registry().remove(id());
                }
            }
        }

        @Override
        public Spi shutdownInternal(Context context) {
            close();
            return this;
        }

        @Override
        public int transfer(
                byte[] sent, int sentFrom, byte[] received, int receivedFrom, int count) {
            Struct out = Struct.over(Arrays.copyOfRange(sent, sentFrom, sentFrom + count));
            byte[] in = new byte[count];
            Struct message = Struct.ofSize(SpiRequests.TRANSFER_BYTES);
            SpiRequests.transfer(message, 0, out, Struct.over(in), config().baud(), 0);
            send(message, 1);
            System.arraycopy(in, 0, received, receivedFrom, count);
            return count;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            read(one, 0, 1);
            return one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            writeThenRead(new byte[0], 0, 0, 0, buffer, offset, length);
            return length;
        }

        @Override
        public int write(byte value) {
            return write(new byte[] {value}, 0, 1);
        }

        @Override
        public int write(byte[] buffer, int offset, int length) {
            writeThenRead(buffer, offset, length, 0, new byte[0], 0, 0);
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
            int count = (writeLength > 0 ? 1 : 0) + (length > 0 ? 1 : 0);
            if (count == 0) {
                return;
            }
            Struct none = Struct.ofSize(0);
            Struct message = Struct.ofSize(count * SpiRequests.TRANSFER_BYTES);
            byte[] in = new byte[length];
            if (writeLength > 0) {
                Struct out =
                        Struct.over(
                                Arrays.copyOfRange(
                                        written, writeOffset, writeOffset + writeLength));
                int micros = (int) TimeUnit.NANOSECONDS.toMicros(delayNanos + 999L);
                SpiRequests.transfer(message, 0, out, none, config().baud(), micros);
            }
            if (length > 0) {
                SpiRequests.transfer(message, count - 1, none, Struct.over(in), config().baud(), 0);
            }
            send(message, count);
            System.arraycopy(in, 0, buffer, offset, length);
        }

        private void send(Struct message, int transfers) {
            if (!isOpen) {
                throw new SpiException(node.path() + " was closed", new IllegalStateException());
            }
            turn.lock();
            try {
                kernel.ioctl(descriptor, SpiRequests.message(transfers), message);
            } catch (KernelException e) {
                String words = node.path() + ": " + e.getMessage();
                throw new SpiException(
                        e.errno().equals(Errno.EMSGSIZE)
                                ? words
                                        + "; the kernel takes 4096 bytes at once unless spidev.bufsiz= on its command line says more"
                                : words,
                        e);
            } finally {
                turn.unlock();
            }
        }
    }
}
