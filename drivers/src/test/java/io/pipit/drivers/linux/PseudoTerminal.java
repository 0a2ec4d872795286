package io.pipit.drivers.linux;

import io.pipit.drivers.linux.kernel.Ioctl;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import java.util.Arrays;

/** The far end of a terminal of this machine's kernel: what a test plays the device on. */
public final class PseudoTerminal implements AutoCloseable {

    /** {@code TIOCGPTN}, {@code TIOCSPTLCK} (asm-generic/ioctls.h). */
    private static final long NUMBER = Ioctl.reading('T', 0x30, 4);

    private static final long LOCK = Ioctl.writing('T', 0x31, 4);

    private final Kernel kernel;
    private final int descriptor;
    private final int number;

    public PseudoTerminal(Kernel kernel) throws KernelException {
        this.kernel = kernel;
        descriptor =
                kernel.open(
                        "/dev/ptmx",
                        Kernel.O_RDWR | Kernel.O_NOCTTY | Kernel.O_NONBLOCK | Kernel.O_CLOEXEC);
        Struct answer = Struct.ofSize(4);
        kernel.ioctl(descriptor, LOCK, Struct.ofSize(4));
        kernel.ioctl(descriptor, NUMBER, answer);
        number = answer.intAt(0);
    }

    /** The name of the near end. */
    public String name() {
        return "/dev/pts/" + number;
    }

    public void send(byte[] bytes) throws KernelException {
        kernel.write(descriptor, Struct.over(bytes));
    }

    /** What was sent to the device. */
    public byte[] received(int most) throws KernelException {
        byte[] bytes = new byte[most];
        int count = kernel.read(descriptor, Struct.over(bytes));
        return Arrays.copyOf(bytes, count);
    }

    /** Unplugs it. */
    @Override
    public void close() {
        kernel.close(descriptor);
    }
}
