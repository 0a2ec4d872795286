package io.pipit.drivers.serial;

import com.pi4j.io.i2c.I2C;
import io.pipit.drivers.Buses;
import io.pipit.drivers.Driver;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.tty.SerialException;
import io.pipit.drivers.tty.SerialPort;
import java.io.EOFException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One serial port, with a device that a test plays. Time passes where nothing comes. */
public final class FakePorts implements Buses {

    public static final String PORT = "/dev/ttyUSB0";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    public final ManualClock clock = new ManualClock();
    public final List<String> sent = new ArrayList<>();
    public int open;

    /** What the device says by itself, in the pieces in which it comes; each takes 100 ms. */
    public final Deque<byte[]> talk = new ArrayDeque<>();

    private Function<String, String> answers = _ -> "";
    private boolean unplugged;

    /** What the device answers to what it is sent, both in hex. */
    public void answers(Function<String, String> how) {
        answers = how;
    }

    public void unplugged(boolean isIt) {
        unplugged = isIt;
        talk.clear();
    }

    /** The device says something, in one piece. */
    public void say(String hex) {
        talk.add(bytes(hex));
    }

    public static byte[] bytes(String hex) {
        return HEX.parseHex(hex.replace(" ", ""));
    }

    public static String hex(byte[] bytes) {
        return HEX.formatHex(bytes);
    }

    public Hardware hardware() {
        return new Hardware(Path.of("/nowhere"), Path.of("/nowhere"), clock, List.of(this));
    }

    public Sensor open(Driver driver, Map<String, ?> options)
            throws SensorException, InterruptedException {
        Map<String, Object> all = new HashMap<>(options);
        all.put("port", PORT);
        return driver.open(SensorSettings.of("s", driver.descriptor(), all), hardware());
    }

    /** What was measured, as {@code pm10=12.0 ug/m3}. */
    public static List<String> shown(List<Measurement> measured) {
        return measured.stream()
                .map(one -> one.quantity() + "=" + one.value() + " " + one.unit())
                .toList();
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
    public boolean hasSerialPorts() {
        return true;
    }

    @Override
    public SerialPort serial(String port, int baud) throws SensorException {
        if (unplugged) {
            throw new SensorException(Category.ABSENT, "there is no " + port);
        }
        open++;
        return new Port();
    }

    @Override
    public void close() {}

    private final class Port implements SerialPort {

        @Override
        public int read(byte[] into, Duration timeout) throws SerialException {
            check();
            byte[] next = talk.poll();
            if (next == null) {
                clock.pause(timeout);
                return 0;
            }
            clock.pause(Duration.ofMillis(100));
            int count = Math.min(next.length, into.length);
            System.arraycopy(next, 0, into, 0, count);
            if (count < next.length) {
                byte[] rest = new byte[next.length - count];
                System.arraycopy(next, count, rest, 0, rest.length);
                talk.addFirst(rest);
            }
            return count;
        }

        @Override
        public void write(byte[] bytes) throws SerialException {
            check();
            String command = hex(bytes);
            sent.add(command);
            String answer = answers.apply(command);
            if (!answer.isEmpty()) {
                say(answer);
            }
        }

        @Override
        public void discard() throws SerialException {
            check();
        }

        private void check() throws SerialException {
            if (unplugged) {
                throw new SerialException("nothing is behind it", true, new EOFException());
            }
        }

        @Override
        public void close() {
            open--;
        }
    }
}
