package io.pipit.drivers.linux.tty;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.linux.kernel.DeviceNode;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import io.pipit.drivers.tty.SerialPort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens the kernel's serial ports, each once, whatever its links are called. May be called on any
 * thread.
 */
public final class LinuxSerialPorts implements AutoCloseable {

    private static final Path DEV = Path.of("/dev");

    /** A receiver takes bits that are a little too fast or too slow; more than this it does not. */
    private static final double BAUD_TOLERANCE = 0.03;

    private final Path root;
    private final Kernel kernel;
    private final Map<Path, SerialPort> open = new ConcurrentHashMap<>();

    /**
     * @param root where {@code dev} and {@code sys} are
     */
    public LinuxSerialPorts(Path root, Kernel kernel) {
        this.root = root;
        this.kernel = kernel;
    }

    /**
     * A port for bytes as they are, with nothing in it that came before.
     *
     * @param name as in {@code /dev/serial0}
     * @param baud bits a second
     */
    public synchronized SerialPort open(String name, int baud) throws SensorException {
        Path wanted = Path.of(name).normalize();
        if (!wanted.startsWith(DEV) || wanted.equals(DEV)) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "\"%s\" is not a serial port: those are /dev/serial0, /dev/ttyUSB0 and the like"
                            .formatted(name));
        }
        Path path = root.resolve(Path.of("/").relativize(wanted));
        Path real = real(path);
        DeviceNode node =
                new DeviceNode(path, "dialout", "char-" + driverOf(real), remedyFor(wanted));
        if (open.containsKey(real)) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    path + " is in use already: it stands in the configuration twice");
        }
        checkThatItIsNoConsole(path, real);
        try {
            int descriptor =
                    kernel.open(
                            path.toString(),
                            Kernel.O_RDWR | Kernel.O_NOCTTY | Kernel.O_NONBLOCK | Kernel.O_CLOEXEC);
            boolean ready = false;
            try {
                setUp(descriptor, path, baud);
                ready = true;
            } finally {
                if (!ready) {
                    kernel.close(descriptor);
                }
            }
            SerialPort port =
                    new LinuxSerialPort(
                            kernel, descriptor, path.toString(), () -> open.remove(real));
            open.put(real, port);
            return port;
        } catch (KernelException e) {
            if (e.errno().equals(Errno.EBUSY)) {
                throw new SensorException(
                        Category.IO,
                        "another program has %s for itself (EBUSY): sudo fuser -v %1$s says which"
                                .formatted(path),
                        e);
            }
            throw node.failure(e);
        }
    }

    private void setUp(int descriptor, Path path, int baud)
            throws KernelException, SensorException {
        Struct now = TtyRequests.termios();
        // What is no terminal says so here.
        kernel.ioctl(descriptor, TtyRequests.GET, now);
        kernel.ioctl(descriptor, TtyRequests.EXCLUSIVE, 0);
        kernel.ioctl(descriptor, TtyRequests.SET, TtyRequests.raw(baud));
        kernel.ioctl(descriptor, TtyRequests.GET, now);
        int got = TtyRequests.baud(now);
        if (Math.abs(got - baud) > baud * BAUD_TOLERANCE) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "%s can do %d bits a second and not the %d that are needed: take another port"
                            .formatted(path, got, baud));
        }
        kernel.ioctl(descriptor, TtyRequests.FLUSH, TtyRequests.INPUT);
    }

    /** The kernel's messages and a login prompt would go to the sensor, and its bytes to them. */
    private void checkThatItIsNoConsole(Path path, Path real) throws SensorException {
        String device = real.getFileName().toString();
        if (consoles().contains(device)) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "the serial console is on %s (%s): take console=serial0,115200 out of /boot/firmware/cmdline.txt, or use raspi-config, Interface Options, Serial Port; then restart"
                            .formatted(path, device));
        }
    }

    /** Documentation/ABI/testing/sysfs-tty: those of the command line, by their names. */
    private List<String> consoles() {
        try {
            Path active = root.resolve("sys/class/tty/console/active");
            return List.of(Files.readString(active, StandardCharsets.UTF_8).strip().split(" "));
        } catch (IOException e) {
            // A kernel that does not say has none that matters here.
            return List.of();
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // What is wrong with it shows when it is opened.
            return path;
        }
    }

    private static String driverOf(Path real) {
        return real.getFileName().toString().replaceAll("[0-9]+$", "");
    }

    private static String remedyFor(Path wanted) {
        boolean builtIn = wanted.getFileName().toString().matches("(serial|ttyAMA|ttyS)[0-9]+");
        return builtIn
                ? "switch the serial port on with enable_uart=1 in /boot/firmware/config.txt and restart"
                : "plug its adapter in; ls -l /dev/serial/by-id shows those that are there";
    }

    @Override
    public synchronized void close() {
        List.copyOf(open.values()).forEach(SerialPort::close);
    }
}
