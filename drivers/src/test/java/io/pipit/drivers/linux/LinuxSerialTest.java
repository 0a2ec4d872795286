package io.pipit.drivers.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.FakeKernel;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import io.pipit.drivers.linux.kernel.Word;
import io.pipit.drivers.tty.SerialException;
import io.pipit.drivers.tty.SerialPort;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxSerialTest {

    private static final Duration SHORT = Duration.ofMillis(500);
    private static final int HUNG_UP = 0x10;

    /** A terminal that a test feeds. */
    private static final class Tty implements FakeKernel.Device {
        private final List<String> log = new ArrayList<>();
        private final Deque<byte[]> input = new ArrayDeque<>();
        private final ByteArrayOutputStream output = new ByteArrayOutputStream();
        private int baudMax = Integer.MAX_VALUE;
        private int room = Integer.MAX_VALUE;
        private int baud;
        private boolean gone;
        private @Nullable Errno failure;

        @Override
        public int ioctl(long request, Struct argument) throws KernelException {
            check();
            if ((request & 0xFF) == 0x2B) {
                baud = Math.min(baudMax, argument.intAt(40));
                log.add("set to " + argument.intAt(40));
            } else {
                argument.putInt(40, baud);
            }
            return 0;
        }

        @Override
        public int ioctl(long request, long argument) throws KernelException {
            check();
            log.add("%x %d".formatted(request, argument));
            if (request == 0x540B) {
                input.clear();
            }
            return 0;
        }

        @Override
        public byte @Nullable [] read() throws KernelException {
            check();
            return gone ? new byte[0] : input.poll();
        }

        @Override
        public int write(byte[] bytes) throws KernelException {
            check();
            if (room == 0) {
                throw FakeKernel.failing(Errno.EAGAIN);
            }
            int taken = Math.min(room, bytes.length);
            output.write(bytes, 0, taken);
            room -= taken;
            return taken;
        }

        @Override
        public int events() {
            return gone || failure != null ? HUNG_UP : input.isEmpty() ? 0 : Kernel.POLLIN;
        }

        private void check() throws KernelException {
            if (failure != null) {
                throw FakeKernel.failing(failure);
            }
        }
    }

    @TempDir private Path root;

    private final FakeKernel kernel = new FakeKernel(Word.BITS_64);
    private final Tty tty = new Tty();
    private LinuxBuses linux;
    private Hardware hardware;

    @BeforeEach
    void start() throws Exception {
        ManualClock clock = new ManualClock();
        linux = new LinuxBuses(root, clock, Thread::new, () -> Optional.of(kernel));
        hardware = new Hardware(root, root, clock, List.of(linux));
        Files.createDirectories(root.resolve("dev"));
        Files.createFile(root.resolve("dev/ttyAMA0"));
        Files.createSymbolicLink(root.resolve("dev/serial0"), Path.of("ttyAMA0"));
        kernel.plug(root + "/dev/serial0", tty);
        kernel.plug(root + "/dev/ttyAMA0", tty);
    }

    @AfterEach
    void givesEverythingBack() {
        linux.close();
        assertThat(kernel.openCount()).isZero();
    }

    @Test
    void passesBytesAsTheyAre() throws Exception {
        tty.input.add(new byte[] {9});
        try (SerialPort port = hardware.serial("/dev/serial0", 9600)) {
            // Raw, for itself, and without what came before.
            assertThat(tty.log).containsExactly("540c 0", "set to 9600", "540b 0");
            byte[] bytes = new byte[4];
            assertThat(port.read(bytes, SHORT)).isZero();
            tty.input.add(new byte[] {1, -1, 0});
            assertThat(port.read(bytes, SHORT)).isEqualTo(3);
            assertThat(bytes).containsExactly(1, -1, 0, 0);
            port.write(new byte[] {5, 6});
            assertThat(tty.output.toByteArray()).containsExactly(5, 6);
            tty.input.add(new byte[] {7});
            port.discard();
            assertThat(port.read(bytes, Duration.ZERO)).isZero();
        }
        assertThat(kernel.openCount()).isZero();
    }

    @Test
    void aPortIsOpenOnceWhateverItIsCalled() throws Exception {
        SerialPort first = hardware.serial("/dev/serial0", 9600);
        assertThat(refusal("/dev/ttyAMA0")).hasMessageContaining("in use already");
        first.close();
        first.close();
        assertThatExceptionOfType(SerialException.class).isThrownBy(first::discard);
        SerialPort second = hardware.serial("/dev/ttyAMA0", 9600);
        linux.close();
        assertThatExceptionOfType(SerialException.class)
                .isThrownBy(() -> second.read(new byte[1], SHORT))
                .withMessageContaining("was closed");
    }

    @Test
    void noticesThatItWasUnplugged() throws Exception {
        SerialPort port = hardware.serial("/dev/serial0", 9600);
        tty.gone = true;
        assertThatExceptionOfType(SerialException.class)
                .isThrownBy(() -> port.read(new byte[1], SHORT))
                .withMessageContaining("plug the adapter in again")
                .satisfies(e -> assertThat(e.isGone()).isTrue());
        for (Errno errno : List.of(Errno.EIO, Errno.ENXIO, Errno.ENODEV)) {
            tty.failure = errno;
            assertThatExceptionOfType(SerialException.class)
                    .isThrownBy(() -> port.read(new byte[1], SHORT))
                    .satisfies(e -> assertThat(e.isGone()).isTrue());
            assertThatExceptionOfType(SerialException.class)
                    .isThrownBy(() -> port.write(new byte[1]))
                    .satisfies(e -> assertThat(e.isGone()).isTrue());
            assertThatExceptionOfType(SerialException.class).isThrownBy(port::discard);
        }
        tty.failure = Errno.EINVAL;
        assertThatExceptionOfType(SerialException.class)
                .isThrownBy(port::discard)
                .satisfies(e -> assertThat(e.isGone()).isFalse());
        port.close();
    }

    @Test
    void saysWhereItTakesNoMore() throws Exception {
        SerialPort port = hardware.serial("/dev/serial0", 9600);
        tty.room = 3;
        assertThatExceptionOfType(SerialException.class)
                .isThrownBy(() -> port.write(new byte[9]))
                .withMessageContaining("takes no more bytes")
                .satisfies(e -> assertThat(e.isGone()).isFalse());
        port.close();
    }

    @Test
    void aWaitEndsWhereTheThreadIsInterrupted() throws Exception {
        SerialPort port = hardware.serial("/dev/serial0", 9600);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> port.read(new byte[1], SHORT));
        port.close();
    }

    @Test
    void keepsOffTheSerialConsole() throws Exception {
        Files.createDirectories(root.resolve("sys/class/tty/console"));
        Path active = root.resolve("sys/class/tty/console/active");
        Files.writeString(active, "tty1 ttyAMA0\n");
        assertThat(refusal("/dev/serial0").category()).isEqualTo(Category.CONFIGURATION);
        assertThat(refusal("/dev/serial0"))
                .hasMessageContaining("console=serial0,115200")
                .hasMessageContaining("raspi-config");
        assertThat(kernel.opened()).isEmpty();
        Files.writeString(active, "tty1 ttyAMA10\n");
        hardware.serial("/dev/serial0", 9600).close();
    }

    @Test
    void saysWhatToDo() throws Exception {
        assertThat(refusal("/dev/serial1"))
                .hasMessageContaining("there is no " + root + "/dev/serial1")
                .hasMessageContaining("enable_uart=1");
        assertThat(refusal("/dev/ttyUSB0")).hasMessageContaining("/dev/serial/by-id");
        for (String wrong : List.of("serial0", "/dev", "/dev/../etc/passwd", "/etc/passwd")) {
            assertThat(refusal(wrong).category()).isEqualTo(Category.CONFIGURATION);
            assertThat(refusal(wrong)).hasMessageContaining("is not a serial port");
        }
        kernel.refuse(root + "/dev/serial0", Errno.EACCES);
        assertThat(refusal("/dev/serial0").category()).isEqualTo(Category.DENIED);
        assertThat(refusal("/dev/serial0")).hasMessageContaining("usermod -aG dialout");
        kernel.refuse(root + "/dev/serial0", Errno.EPERM);
        assertThat(refusal("/dev/serial0")).hasMessageContaining("DeviceAllow=char-ttyAMA rw");
        kernel.refuse(root + "/dev/serial0", Errno.EBUSY);
        assertThat(refusal("/dev/serial0")).hasMessageContaining("fuser -v");
        kernel.plug(root + "/dev/serial0", tty);
        tty.failure = Errno.ENOTTY;
        assertThat(refusal("/dev/serial0").category()).isEqualTo(Category.CONFIGURATION);
        tty.failure = null;
        tty.baudMax = 4800;
        assertThat(refusal("/dev/serial0")).hasMessageContaining("4800 bits a second and not");
        assertThat(kernel.openCount()).isZero();
        Hardware without = new Hardware(root, root, new ManualClock(), List.of());
        assertThat(
                        catchThrowableOfType(
                                SensorException.class, () -> without.serial("/dev/serial0", 9600)))
                .hasMessageContaining("no serial ports");
    }

    private SensorException refusal(String port) {
        return catchThrowableOfType(SensorException.class, () -> hardware.serial(port, 9600));
    }
}
