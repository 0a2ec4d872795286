package io.pipit.drivers.linux.gpio;

import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;

/**
 * A line that the kernel granted; nobody else has it until it is closed.
 *
 * @param name for people
 */
record GpioLine(Kernel kernel, int descriptor, String name) {

    boolean isActive() throws KernelException {
        Struct values = GpioRequests.values(false);
        kernel.ioctl(descriptor, GpioRequests.GET_VALUES, values);
        return GpioRequests.isActive(values);
    }

    void set(boolean active) throws KernelException {
        kernel.ioctl(descriptor, GpioRequests.SET_VALUES, GpioRequests.values(active));
    }

    void close() {
        kernel.close(descriptor);
    }
}
