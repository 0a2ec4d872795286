package io.pipit.drivers.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.drivers.Driver;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.NativeKernel;
import io.pipit.drivers.mhz19.Mhz19Driver;
import io.pipit.drivers.pms5003.Pms5003Driver;
import io.pipit.drivers.serial.FakePorts;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The drivers of serial devices on terminals of this machine's own kernel. */
@Timeout(60)
class SerialSensorsIT {

    private static final String CO2 = "FF86026047000000D1";
    private static final String DUST =
            "424D001C0006000A000C00050008000903840102003000060002000197000237";

    private final Kernel kernel = NativeKernel.find().orElseThrow();
    private final LinuxBuses linux = new LinuxBuses(Path.of("/"), new ManualClock(), Thread::new);

    @AfterEach
    void end() {
        linux.close();
    }

    @Test
    void asksForCarbonDioxide() throws Exception {
        try (Device device = new Device(true, CO2);
                Sensor sensor = open(new Mhz19Driver(), device)) {
            assertThat(FakePorts.shown(sensor.read())).containsExactly("carbon-dioxide=608.0 ppm");
            device.unplug();
            assertThat(catchThrowableOfType(SensorException.class, sensor::read).category())
                    .isEqualTo(Category.ABSENT);
        }
    }

    @Test
    void hearsOfDust() throws Exception {
        try (Device device = new Device(false, DUST);
                Sensor sensor = open(new Pms5003Driver(), device)) {
            for (int i = 0; i < 20; i++) {
                assertThat(FakePorts.shown(sensor.read()))
                        .containsExactly("pm1=5.0 ug/m3", "pm2-5=8.0 ug/m3", "pm10=9.0 ug/m3");
            }
        }
    }

    private Sensor open(Driver driver, Device device) throws SensorException, InterruptedException {
        return driver.open(
                SensorSettings.of(
                        "s",
                        driver.descriptor(),
                        Map.of("port", device.terminal.name(), "warm-up", 0)),
                new Hardware(Path.of("/"), Path.of("/"), new ManualClock(), List.of(linux)));
    }

    /** Says the same again and again, or when it was asked; a few bytes at a time. */
    private final class Device implements AutoCloseable {

        private final PseudoTerminal terminal = new PseudoTerminal(kernel);
        private final boolean isAsked;
        private final byte[] words;
        private final Thread thread = new Thread(this::run);
        private volatile boolean over;
        private boolean unplugged;

        Device(boolean isAsked, String hex) throws KernelException {
            this.isAsked = isAsked;
            this.words = FakePorts.bytes(hex);
            thread.start();
        }

        private void run() {
            try {
                while (!over) {
                    Thread.sleep(2);
                    if (!isAsked || wasAsked()) {
                        for (int at = 0; at < words.length && !over; at += 3) {
                            int end = Math.min(words.length, at + 3);
                            terminal.send(Arrays.copyOfRange(words, at, end));
                            Thread.sleep(1);
                        }
                    }
                }
            } catch (InterruptedException | KernelException e) {
                over = true;
            }
        }

        private boolean wasAsked() throws KernelException {
            try {
                // 86 is the question; the rest are settings.
                return terminal.received(9)[2] == (byte) 0x86;
            } catch (KernelException e) {
                // EIO while nobody has the near end open.
                if (e.errno().equals(Errno.EAGAIN) || e.errno().equals(Errno.EIO)) {
                    return false;
                }
                throw e;
            }
        }

        void unplug() throws InterruptedException {
            over = true;
            thread.join();
            unplugged = true;
            terminal.close();
        }

        @Override
        public void close() {
            try {
                if (!unplugged) {
                    unplug();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
