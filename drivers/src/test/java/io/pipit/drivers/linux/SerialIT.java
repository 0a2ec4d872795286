package io.pipit.drivers.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.NativeKernel;
import io.pipit.drivers.tty.SerialException;
import io.pipit.drivers.tty.SerialPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Serial ports on terminals of this machine's own kernel. */
class SerialIT {

    private static final Duration SOON = Duration.ofSeconds(2);

    private final Kernel kernel = NativeKernel.find().orElseThrow();
    private final ManualClock clock = new ManualClock();
    private final Path root = Path.of("/");
    private final LinuxBuses linux = new LinuxBuses(root, clock, Thread::new);
    private final Hardware hardware = new Hardware(root, root, clock, List.of(linux));

    @AfterEach
    void end() {
        linux.close();
    }

    @Test
    void allBytesPassAsTheyAreBothWays() throws Exception {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        try (PseudoTerminal far = new PseudoTerminal(kernel);
                SerialPort port = hardware.serial(far.name(), 9600)) {
            // Neither lines nor signals nor flow control nor an echo.
            far.send(all);
            byte[] got = new byte[512];
            int count = 0;
            while (count < all.length) {
                byte[] some = new byte[512];
                int more = port.read(some, SOON);
                assertThat(more).isPositive();
                System.arraycopy(some, 0, got, count, more);
                count += more;
            }
            assertThat(got).startsWith(all);
            assertThat(count).isEqualTo(256);
            port.write(all);
            assertThat(far.received(512)).isEqualTo(all);
            assertThat(port.read(got, Duration.ofMillis(20))).isZero();
        }
    }

    @Test
    void whatCameBeforeIsForgotten() throws Exception {
        try (PseudoTerminal far = new PseudoTerminal(kernel);
                SerialPort port = hardware.serial(far.name(), 115_200)) {
            far.send(new byte[] {1, 2, 3});
            byte[] got = new byte[8];
            assertThat(port.read(got, SOON)).isPositive();
            far.send(new byte[] {4});
            port.discard();
            assertThat(port.read(got, Duration.ofMillis(20))).isZero();
        }
    }

    @Test
    void aDeviceThatIsUnpluggedIsSeenAtOnce() throws Exception {
        PseudoTerminal far = new PseudoTerminal(kernel);
        try (SerialPort port = hardware.serial(far.name(), 9600)) {
            far.close();
            assertThatExceptionOfType(SerialException.class)
                    .isThrownBy(() -> port.read(new byte[1], SOON))
                    .satisfies(e -> assertThat(e.isGone()).isTrue());
            assertThatExceptionOfType(SerialException.class)
                    .isThrownBy(() -> port.write(new byte[1]))
                    .satisfies(e -> assertThat(e.isGone()).isTrue());
        }
        assertThatExceptionOfType(SensorException.class)
                .isThrownBy(() -> hardware.serial(far.name(), 9600));
    }

    @Test
    void whatIsNoTerminalIsRefused() {
        assertThatExceptionOfType(SensorException.class)
                .isThrownBy(() -> hardware.serial("/dev/null", 9600))
                .withMessageContaining("not a device of this kind");
    }
}
