package io.pipit.drivers.serial;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.tty.SerialException;
import io.pipit.drivers.tty.SerialPort;
import java.time.Duration;
import java.util.Arrays;

/**
 * A device on a serial port. Whatever goes wrong becomes a {@link SensorException} that names the
 * port. Used on the thread of its bus.
 */
public final class SerialDevice implements AutoCloseable {

    /** Bytes looked at for one frame: about what comes in 4 s at 9600 bits a second. */
    static final int BYTES_MAX = 4_096;

    private final SerialPort port;
    private final BusClock clock;
    private final String name;

    private SerialDevice(SerialPort port, BusClock clock, String name) {
        this.port = port;
        this.clock = clock;
        this.name = name;
    }

    /** The port of a serial device. */
    public static Option port() {
        return Option.text(
                        "port",
                        "The serial port: /dev/serial0 is the one of the 40-pin header; for adapters take the name in /dev/serial/by-id.")
                .mustBeGiven()
                .example("\"/dev/serial0\"");
    }

    /**
     * Opens a port.
     *
     * @param baud bits a second
     */
    public static SerialDevice open(Hardware hardware, String port, int baud)
            throws SensorException {
        return new SerialDevice(hardware.serial(port, baud), hardware.clock(), port);
    }

    /** Forgets what came before, and sends. */
    public void send(byte[] bytes) throws SensorException {
        try {
            port.discard();
            port.write(bytes);
        } catch (SerialException e) {
            throw translated(e);
        }
    }

    /** Forgets what came before: what is read from now on is new. */
    public void discard() throws SensorException {
        try {
            port.discard();
        } catch (SerialException e) {
            throw translated(e);
        }
    }

    /**
     * The first whole frame with a right checksum, wherever among the bytes it begins.
     *
     * @param timeout how long it may take to come
     */
    public byte[] receive(Frame frame, Duration timeout)
            throws SensorException, InterruptedException {
        byte[] seen = new byte[BYTES_MAX];
        int from = 0;
        int end = 0;
        int broken = 0;
        long until = clock.nanoTime() + timeout.toNanos();
        while (end < seen.length) {
            long left = until - clock.nanoTime();
            if (left <= 0) {
                break;
            }
            byte[] news = new byte[Math.min(frame.length(), seen.length - end)];
            int count = read(news, Duration.ofNanos(left));
            System.arraycopy(news, 0, seen, end, count);
            end += count;
            // What only looks like a frame may have the begin of a true one in it.
            while (from < end
                    && (!frame.mayBeginAt(seen, from, end) || end - from >= frame.length())) {
                if (frame.mayBeginAt(seen, from, end)) {
                    byte[] whole = Arrays.copyOfRange(seen, from, from + frame.length());
                    if (frame.intact().test(whole)) {
                        return whole;
                    }
                    broken++;
                }
                from++;
            }
        }
        throw without(frame, end, broken, timeout);
    }

    private SensorException without(Frame frame, int bytes, int broken, Duration timeout) {
        if (bytes == 0) {
            return fault(
                    Category.ABSENT,
                    "says nothing within %d ms; check its power, and whether its TX goes to our RX, and its RX to our TX"
                            .formatted(timeout.toMillis()));
        }
        if (broken > 0) {
            return fault(
                    Category.IO,
                    "sent %d messages with a wrong checksum; check its cable and its ground"
                            .formatted(broken));
        }
        return fault(
                Category.WRONG_CHIP,
                "sent %d bytes without a whole message that begins with %s; check the port, the driver, and that nothing else talks there (systemctl status 'serial-getty@*')"
                        .formatted(bytes, frame.headerInHex()));
    }

    private int read(byte[] into, Duration timeout) throws SensorException, InterruptedException {
        try {
            return port.read(into, timeout);
        } catch (SerialException e) {
            throw translated(e);
        }
    }

    private static SensorException translated(SerialException e) {
        return new SensorException(
                e.isGone() ? Category.ABSENT : Category.IO, String.valueOf(e.getMessage()), e);
    }

    /** A failure of this device; the message goes on after "the device on …". */
    public SensorException fault(Category category, String message) {
        return new SensorException(category, "the device on " + name + " " + message);
    }

    @Override
    public void close() {
        port.close();
    }
}
