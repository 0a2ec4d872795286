package io.pipit.drivers.linux.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** This machine's own kernel, on ordinary files. */
class NativeKernelIT {

    private static final long FIONREAD = 0x541B;
    private static final long I2C_FUNCS = 0x705;

    private final Kernel kernel = NativeKernel.find().orElseThrow();

    @TempDir private Path folder;

    @Test
    void saysWhyAFileCannotBeOpened() {
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> kernel.open(folder + "/i2c-9", Kernel.O_RDWR))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .withMessage("open %s/i2c-9: ENOENT, no such file", folder);
        // EISDIR: not one of those that are known by name.
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> kernel.open(folder.toString(), Kernel.O_RDWR))
                .withMessageEndingWith("errno 21");
    }

    @Test
    void aFileThatIsNoDeviceTakesNoRequests() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "12345");
        int descriptor = kernel.open(file.toString(), Kernel.O_RDWR | Kernel.O_CLOEXEC);
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> kernel.ioctl(descriptor, I2C_FUNCS, Struct.ofSize(8)))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOTTY))
                .withMessage("ioctl 0x705: ENOTTY, not a device of this kind");
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> kernel.ioctl(descriptor, 0x703, 0x76))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOTTY));
        kernel.close(descriptor);
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> kernel.read(descriptor, Struct.ofSize(1)))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    }

    @Test
    void whatTheKernelWritesIsSeen() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "12345");
        int descriptor = kernel.open(file.toString(), Kernel.O_RDONLY);
        Struct left = Struct.ofSize(4).putInt(0, -1);
        assertThat(kernel.ioctl(descriptor, FIONREAD, left)).isZero();
        assertThat(left.intAt(0)).isEqualTo(5);
        byte[] text = new byte[8];
        assertThat(kernel.read(descriptor, Struct.over(text))).isEqualTo(5);
        assertThat(text).containsExactly('1', '2', '3', '4', '5', 0, 0, 0);
        assertThat(kernel.read(descriptor, Struct.over(text))).isZero();
        kernel.close(descriptor);
    }

    @Test
    void aPointerBecomesAnAddressOfTheMachinesSize() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        int descriptor = kernel.open(file.toString(), Kernel.O_RDWR);
        Struct target = Struct.ofSize(16);
        Struct pointing =
                Struct.ofSize(32).putPointer(0, target).putPointer(16, target).putInt(28, 7);
        assertThat(kernel.write(descriptor, pointing)).isEqualTo(32);
        Struct seen = Struct.over(Files.readAllBytes(file));
        assertThat(seen.longAt(0)).isNotZero().isEqualTo(seen.longAt(16));
        assertThat(seen.longAt(8)).isZero();
        assertThat(seen.intAt(28)).isEqualTo(7);
        // Here it stays out.
        assertThat(pointing.longAt(0)).isZero();
        kernel.close(descriptor);
    }

    @Test
    void pollWaitsForACounter() throws Exception {
        int counter = kernel.eventfd();
        Struct polled = Struct.ofSize(Kernel.POLLFD_BYTES).putInt(0, counter);
        polled.putShort(4, Kernel.POLLIN);
        assertThat(kernel.poll(polled, 0)).isZero();
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> kernel.read(counter, Struct.ofSize(8)))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
        kernel.write(counter, Struct.ofSize(8).putLong(0, 3));
        assertThat(kernel.poll(polled, -1)).isEqualTo(1);
        assertThat(polled.shortAt(6)).isEqualTo(Kernel.POLLIN);
        Struct value = Struct.ofSize(8);
        kernel.read(counter, value);
        assertThat(value.longAt(0)).isEqualTo(3);
        kernel.close(counter);
    }
}
