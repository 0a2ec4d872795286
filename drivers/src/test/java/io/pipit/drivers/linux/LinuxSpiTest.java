package io.pipit.drivers.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.pi4j.io.spi.Spi;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.FakeKernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import io.pipit.drivers.linux.kernel.Word;
import io.pipit.drivers.spi.SpiDevice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxSpiTest {

    /** Wired to itself: what is sent comes back, one higher. Where only is read, count up. */
    private static final class Loop implements FakeKernel.Device {
        private final List<String> log = new ArrayList<>();
        private @Nullable Errno failure;

        @Override
        public int ioctl(long request, Struct argument) throws KernelException {
            if (failure != null) {
                throw FakeKernel.failing(failure);
            }
            if ((request & 0xFF) != 0) {
                log.add("%x=%s".formatted(request & 0xFF, value(argument)));
                return 0;
            }
            for (int at = 0; at < argument.size(); at += 32) {
                int length = argument.intAt(at + 16);
                log.add("%d bytes at %d".formatted(length, argument.intAt(at + 20)));
                @Nullable Struct sent = pointer(argument, at);
                @Nullable Struct received = pointer(argument, at + 8);
                for (int i = 0; received != null && i < length; i++) {
                    received.putByte(i, sent == null ? i : sent.byteAt(i) + 1);
                }
                if (argument.shortAt(at + 24) > 0) {
                    log.add(argument.shortAt(at + 24) + " us");
                }
            }
            return 0;
        }

        private static int value(Struct argument) {
            return argument.size() == 1 ? argument.byteAt(0) : argument.intAt(0);
        }

        private static @Nullable Struct pointer(Struct argument, int at) {
            try {
                return argument.pointerAt(at);
            } catch (IllegalArgumentException none) {
                return null;
            }
        }
    }

    @TempDir private Path root;

    private final FakeKernel kernel = new FakeKernel(Word.BITS_64);
    private final Loop loop = new Loop();
    private final ManualClock clock = new ManualClock();
    private LinuxBuses linux;
    private Hardware hardware;

    @BeforeEach
    void start() {
        linux = new LinuxBuses(root, clock, Thread::new, () -> Optional.of(kernel));
        hardware = new Hardware(root, root, clock, List.of(linux));
        kernel.plug(root + "/dev/spidev0.1", loop);
    }

    @AfterEach
    void givesEverythingBack() {
        linux.close();
        assertThat(kernel.openCount()).isZero();
    }

    @Test
    void exchangesBytesInOneMessage() throws Exception {
        try (SpiDevice device = SpiDevice.open(hardware, "spi-0", 1, 3, 1_350_000)) {
            assertThat(device.exchange((byte) 1, (byte) 0x80, (byte) 0))
                    .containsExactly(2, 0x81, 1);
            assertThat(loop.log).containsExactly("1=3", "3=8", "4=1350000", "3 bytes at 1350000");
        }
        assertThat(kernel.openCount()).isZero();
    }

    @Test
    void doesWhatElsePi4jHas() throws Exception {
        Spi spi = hardware.spi("spi-0", 1, 0, 500_000);
        loop.log.clear();
        byte[] read = new byte[4];
        spi.writeThenRead(new byte[] {9, 8}, 0, 2, 5_001, read, 1, 3);
        assertThat(read).containsExactly(0, 0, 1, 2);
        assertThat(loop.log).containsExactly("2 bytes at 500000", "6 us", "3 bytes at 500000");
        assertThat(spi.write(new byte[] {1}, 0, 1)).isEqualTo(1);
        assertThat(spi.read()).isZero();
        assertThat(spi.transfer(read, 4)).isEqualTo(4);
        assertThat(read).containsExactly(1, 1, 2, 3);
    }

    @Test
    void aChipIsOpenOnce() throws Exception {
        SpiDevice first = SpiDevice.open(hardware, "spi-0", 1, 0, 500_000);
        assertThat(refusal("spi-0", 1)).hasMessageContaining("in use already");
        first.close();
        first.close();
        SpiDevice.open(hardware, "spi-0", 1, 0, 500_000);
    }

    @Test
    void saysWhatToDo() throws Exception {
        assertThat(refusal("spi-0", 0))
                .hasMessageContaining("there is no " + root + "/dev/spidev0.0")
                .hasMessageContaining("dtparam=spi=on");
        assertThat(refusal("i2c-1", 0)).hasMessageContaining("not an SPI bus");
        kernel.refuse(root + "/dev/spidev0.0", Errno.EACCES);
        assertThat(refusal("spi-0", 0).category()).isEqualTo(Category.DENIED);
        assertThat(refusal("spi-0", 0)).hasMessageContaining("usermod -aG spi");
        // As /proc/devices has it: spidev registers itself as spi.
        kernel.refuse(root + "/dev/spidev0.0", Errno.EPERM);
        assertThat(refusal("spi-0", 0)).hasMessageContaining("DeviceAllow=char-spi rw");
        try (SpiDevice device = SpiDevice.open(hardware, "spi-0", 1, 0, 500_000)) {
            loop.failure = Errno.EMSGSIZE;
            assertThat(catchThrowableOfType(SensorException.class, () -> device.exchange((byte) 1)))
                    .hasMessageContaining("chip select 1 of bus spi-0")
                    .hasMessageContaining("spidev.bufsiz");
        }
        loop.failure = Errno.EINVAL;
        assertThat(refusal("spi-0", 1)).hasMessageContaining("EINVAL");
        assertThat(kernel.openCount()).isZero();
    }

    private SensorException refusal(String bus, int chipSelect) {
        return catchThrowableOfType(
                SensorException.class, () -> SpiDevice.open(hardware, bus, chipSelect, 0, 500_000));
    }
}
