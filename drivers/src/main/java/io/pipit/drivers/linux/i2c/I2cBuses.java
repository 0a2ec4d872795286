package io.pipit.drivers.linux.i2c;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.i2c.I2cException;
import io.pipit.drivers.i2c.I2cException.Reason;
import io.pipit.drivers.i2c.I2cWires;
import io.pipit.drivers.linux.kernel.DeviceNode;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's I2C buses by number. A bus is open while one of its devices is: so what comes back
 * after it was gone is found again. May be called on any thread.
 */
public final class I2cBuses {

    private final Path root;
    private final Kernel kernel;
    private final BusClock clock;
    private final Map<Integer, Wires> buses = new TreeMap<>();

    /**
     * @param root where {@code dev} and {@code sys} are
     */
    public I2cBuses(Path root, Kernel kernel, BusClock clock) {
        this.root = root;
        this.kernel = kernel;
        this.clock = clock;
    }

    /** The wires of a bus; whether there is one shows when a device on it is opened. */
    public synchronized I2cWires bus(int number) {
        return buses.computeIfAbsent(number, Wires::new);
    }

    private final class Wires implements I2cWires {

        private final int number;
        private final Scan scan = new Scan(clock);
        private volatile @Nullable I2cAdapter adapter;
        private int users;

        Wires(int number) {
            this.number = number;
        }

        @Override
        public synchronized void opened(int address) {
            I2cAdapter open = adapter;
            if (open == null) {
                open = openAdapter();
            }
            boolean claimed = false;
            try {
                open.claim(address);
                claimed = true;
            } finally {
                if (!claimed && users == 0) {
                    open.close();
                }
            }
            adapter = open;
            users++;
        }

        private I2cAdapter openAdapter() {
            String bus = "i2c-" + number;
            Path path = root.resolve("dev").resolve(bus);
            try {
                return I2cAdapter.open(
                        bus, path.toString(), kernel, new Holders(root, number), scan);
            } catch (KernelException e) {
                SensorException words =
                        new DeviceNode(path, "i2c", "char-i2c", remedy(bus)).failure(e);
                I2cException failure = new I2cException(Reason.IO, path + " cannot be opened");
                failure.initCause(words);
                throw failure;
            }
        }

        @Override
        public byte[] transfer(int address, byte[] written, int count) {
            I2cAdapter open = adapter;
            if (open == null) {
                throw new I2cException(Reason.IO, "the bus i2c-" + number + " was closed");
            }
            return open.transfer(address, written, count);
        }

        @Override
        public synchronized void released(int address) {
            users--;
            I2cAdapter open = adapter;
            if (users == 0 && open != null) {
                adapter = null;
                open.close();
            }
        }
    }

    private String remedy(String bus) {
        if (Files.exists(root.resolve("sys/bus/i2c/devices").resolve(bus))) {
            return "load the module i2c-dev (sudo modprobe i2c-dev, and a line i2c-dev in /etc/modules)";
        }
        TreeSet<String> present = new TreeSet<>();
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(root.resolve("dev"), "i2c-[0-9]*")) {
            found.forEach(path -> present.add(path.getFileName().toString()));
        } catch (IOException e) {
            // Then there is none to name.
        }
        return "switch I2C on with dtparam=i2c_arm=on in /boot/firmware/config.txt and restart"
                + (present.isEmpty() ? "" : "; there are " + String.join(", ", present));
    }
}
