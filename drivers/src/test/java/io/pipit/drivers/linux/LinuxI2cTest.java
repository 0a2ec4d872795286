package io.pipit.drivers.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.i2c.I2C;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.FakeKernel;
import io.pipit.drivers.linux.kernel.Word;
import java.lang.Thread.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinuxI2cTest {

    @TempDir private Path root;

    private final ManualClock clock = new ManualClock();
    private FakeKernel kernel;
    private FakeI2c bus;
    private LinuxBuses linux;

    @BeforeEach
    void start() {
        plug(Word.BITS_64, FakeI2c.ALL);
    }

    private void plug(Word word, long functions) {
        kernel = new FakeKernel(word);
        bus = new FakeI2c(word, functions);
        kernel.plug(root + "/dev/i2c-1", bus);
        linux = new LinuxBuses(root, clock, Thread::new, () -> Optional.of(kernel));
    }

    @AfterEach
    void givesEverythingBack() {
        linux.close();
        assertThat(kernel.openCount()).isZero();
    }

    private I2cDevice open(String name, int address) throws SensorException {
        return I2cDevice.open(new Hardware(root, root, clock, List.of(linux)), name, address);
    }

    private SensorException failureOf(I2cDevice device) {
        return catchThrowableOfType(SensorException.class, () -> device.read(0xD0));
    }

    private SensorException refusal(String name, int address) {
        return catchThrowableOfType(SensorException.class, () -> open(name, address));
    }

    @Test
    void servesTheKernelsNames() {
        assertThat(List.of("i2c-0", "i2c-1", "i2c-22")).allMatch(linux::serves);
        assertThat(List.of("i2c", "i2c-", "i2c-01", "i2c-x", "simulated", "I2C-1"))
                .noneMatch(linux::serves);
    }

    @ParameterizedTest
    @EnumSource
    void readsAndWritesRegistersWithOneTransferEach(Word word) throws Exception {
        plug(word, FakeI2c.ALL);
        try (I2cDevice device = open("i2c-1", 0x76)) {
            bus.chip(0x76)[0xD0] = 0x60;
            device.write(0xF4, 0x25);
            assertThat(device.read(0xD0)).isEqualTo(0x60);
            bus.chip(0x76)[0xF5] = 0xA0;
            assertThat(device.read(0xF4, 2)).containsExactly(0x25, 0xA0);
            assertThat(bus.transfers).isEqualTo(3);
            // Two attempts of 250 ms at the most.
            assertThat(bus.timeout).isEqualTo(25);
            assertThat(bus.retries).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void doesTheSameWithSmbusAlone(Word word) throws Exception {
        plug(word, FakeI2c.SMBUS_ALONE);
        int[] registers = bus.chip(0x76);
        try (I2C device = linux.i2c("i2c-1", 0x76)) {
            device.writeRegister(0x10, (byte) 0xF1);
            device.writeRegister(0x11, new byte[] {2, 3}, 0, 2);
            device.writeRegister(0x13, new byte[] {4, 5, 6}, 0, 3);
            assertThat(registers).containsSubsequence(0xF1, 2, 3, 4, 5, 6);
            byte[] read = new byte[6];
            assertThat(device.readRegister(0x10)).isEqualTo(0xF1);
            device.readRegister(0x11, read, 0, 2);
            assertThat(read).startsWith(2, 3);
            device.readRegister(0x10, read, 0, 6);
            assertThat(read).containsExactly(0xF1, 2, 3, 4, 5, 6);
            device.write((byte) 0x12);
            assertThat(device.read()).isEqualTo(3);
            assertThatExceptionOfType(Pi4JException.class)
                    .isThrownBy(() -> device.readRegister(0x10, new byte[33], 0, 33))
                    .withStackTraceContaining("knows SMBus alone")
                    .withStackTraceContaining("1 bytes written and 33 read");
            assertThatExceptionOfType(Pi4JException.class)
                    .isThrownBy(() -> device.readRegister(new byte[2], read, 0, 2))
                    .withStackTraceContaining("2 bytes written and 2 read");
        }
    }

    @Test
    void aReadingThatIsGivenUpBeginsNoOtherTransfer() throws Exception {
        bus.chip(0x76);
        try (I2cDevice device = open("i2c-1", 0x76)) {
            Thread.currentThread().interrupt();
            SensorException failure = failureOf(device);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(failure.category()).isEqualTo(Category.IO);
            assertThat(bus.transfers).isZero();
            assertThat(device.read(0xD0)).isZero();
        }
    }

    @Test
    void saysHowToSwitchABusOnThatIsNotThere() throws Exception {
        Files.createDirectories(root.resolve("dev"));
        Files.createFile(root.resolve("dev/i2c-20"));
        SensorException none = refusal("i2c-3", 0x76);
        assertThat(none.category()).isEqualTo(Category.ABSENT);
        assertThat(none)
                .hasMessageContaining("there is no " + root + "/dev/i2c-3")
                .hasMessageContaining("dtparam=i2c_arm=on in /boot/firmware/config.txt")
                .hasMessageContaining("there are i2c-20")
                .hasMessageContaining("ENOENT");
        Files.createDirectories(root.resolve("sys/bus/i2c/devices/i2c-3"));
        assertThat(refusal("i2c-3", 0x76)).hasMessageContaining("modprobe i2c-dev");
    }

    @Test
    void namesTheGroupThatMayUseABus() {
        kernel.refuse(root + "/dev/i2c-1", Errno.EACCES);
        SensorException denied = refusal("i2c-1", 0x76);
        assertThat(denied.category()).isEqualTo(Category.DENIED);
        assertThat(denied).hasMessageContaining("usermod -aG i2c").hasMessageContaining("EACCES");
        kernel.refuse(root + "/dev/i2c-1", Errno.EPERM);
        assertThat(refusal("i2c-1", 0x76)).hasMessageContaining("DeviceAllow=char-i2c rw");
    }

    @Test
    void leavesAChipToTheDriverOfTheKernelThatHasIt() throws Exception {
        Path device = root.resolve("sys/bus/i2c/devices/1-0076");
        Files.createDirectories(device);
        Files.writeString(device.resolve("name"), "bme280\n");
        Files.createSymbolicLink(device.resolve("driver"), Path.of("../../drivers/bmp280"));
        bus.held.add(0x76);
        SensorException held = refusal("i2c-1", 0x76);
        assertThat(held.category()).isEqualTo(Category.CONFIGURATION);
        assertThat(held)
                .hasMessageContaining("0x76 on bus i2c-1 is held by")
                .hasMessageContaining("bmp280 (chip bme280)")
                .hasMessageContaining("driver = \"iio\"")
                .hasMessageContaining("EBUSY");
        assertThat(kernel.openCount()).isZero();
        // Also where it comes later.
        bus.held.clear();
        try (I2cDevice open = open("i2c-1", 0x76)) {
            bus.held.add(0x76);
            assertThat(failureOf(open)).hasMessageContaining("bmp280 (chip bme280)");
            assertThat(bus.transfers).isZero();
        }
    }

    @Test
    void tellsWhichAddressesAnswerWhereNobodyDoes() throws Exception {
        bus.chip(0x40);
        bus.chip(0x50);
        bus.chip(0x77);
        bus.held.add(0x68);
        try (I2cDevice device = open("i2c-1", 0x76)) {
            SensorException nobody = failureOf(device);
            assertThat(nobody.category()).isEqualTo(Category.ABSENT);
            assertThat(nobody)
                    .hasMessageContaining(
                            "nothing answers at 0x76 on bus i2c-1 (EREMOTEIO, no acknowledge)")
                    .hasMessageEndingWith(
                            "these addresses answer: 0x40, 0x50, 0x68 (held by the kernel), 0x77");
            int transfers = bus.transfers;
            bus.chips.clear();
            assertThat(failureOf(device)).hasMessageContaining("0x77");
            assertThat(bus.transfers).as("looks once a minute").isEqualTo(transfers + 1);
            clock.pause(Duration.ofMinutes(1));
            bus.held.clear();
            assertThat(failureOf(device))
                    .hasMessageEndingWith("no other address of this bus answers either");
        }
    }

    @Test
    void doesNotLookOnAWedgedBus() throws Exception {
        bus.failure = Errno.ETIMEDOUT;
        try (I2cDevice device = open("i2c-1", 0x76)) {
            SensorException stuck = failureOf(device);
            assertThat(stuck.category()).isEqualTo(Category.BUS_HELD);
            assertThat(stuck)
                    .hasMessageContaining("(ETIMEDOUT, timed out) took too long")
                    .hasMessageContaining("something holds the bus")
                    .hasMessageContaining("power of the chips on it off and on");
            assertThat(bus.transfers).isEqualTo(1);
            bus.failure = Errno.EBUSY;
            assertThat(failureOf(device).category()).isEqualTo(Category.BUS_HELD);
            bus.failure = Errno.ENXIO;
            int before = bus.transfers;
            assertThat(failureOf(device)).hasMessageContaining("either");
            assertThat(bus.transfers).isEqualTo(before + 1 + 112);
        }
    }

    @Test
    void otherFailuresKeepTheirNumber() throws Exception {
        try (I2cDevice device = open("i2c-1", 0x76)) {
            bus.failure = Errno.EIO;
            SensorException failed = failureOf(device);
            assertThat(failed.category()).isEqualTo(Category.IO);
            assertThat(failed)
                    .hasMessageContaining("EIO, input or output error")
                    .hasMessageContaining("check the wires and the pull-ups");
            bus.failure = new Errno(84);
            assertThat(failureOf(device)).hasMessageContaining("errno 84");
            bus.failure = Errno.EOPNOTSUPP;
            assertThat(failureOf(device))
                    .hasMessageContaining("EOPNOTSUPP")
                    .hasMessageContaining("connect the chip to another bus");
            bus.failure = Errno.EPERM;
            SensorException denied = failureOf(device);
            assertThat(denied.category()).isEqualTo(Category.DENIED);
            assertThat(denied).hasMessageContaining("EPERM").hasMessageContaining("group i2c");
            bus.failure = null;
            bus.held.add(0x76);
            assertThat(failureOf(device))
                    .hasMessageContaining("EBUSY")
                    .hasMessageContaining("dmesg");
        }
    }

    @Test
    void whoHasTheBusForSeveralTransfersIsNotInterrupted() throws Exception {
        bus.chip(0x40);
        bus.chip(0x41);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        try (I2C first = linux.i2c("i2c-1", 0x40);
                I2C second = linux.i2c("i2c-1", 0x41)) {
            Thread other =
                    new Thread(() -> {
                        second.readRegister(0);
                        order.add("the other one");
                    });
            first.execute(() -> {
                first.write((byte) 0);
                other.start();
                while (!EnumSet.of(State.WAITING, State.TIMED_WAITING, State.BLOCKED)
                        .contains(other.getState())) {
                    assertThat(other.getState()).isNotEqualTo(State.TERMINATED);
                    Thread.onSpinWait();
                }
                first.read();
                order.add("the first one");
                return true;
            });
            other.join();
        }
        assertThat(order).containsExactly("the first one", "the other one");
    }

    @Test
    void aBusIsOpenWhileOneOfItsDevicesIs() throws Exception {
        I2cDevice first = open("i2c-1", 0x40);
        I2cDevice second = open("i2c-1", 0x41);
        assertThat(kernel.opened()).hasSize(1);
        assertThat(refusal("i2c-1", 0x41)).hasMessageContaining("in the configuration twice");
        first.close();
        assertThat(kernel.openCount()).isEqualTo(1);
        second.close();
        assertThat(kernel.openCount()).isZero();
        open("i2c-1", 0x41);
        assertThat(kernel.opened()).hasSize(2);
        linux.close();
        assertThat(kernel.openCount()).isZero();
        assertThat(refusal("i2c-1", 0x41)).hasMessageContaining("shut down");
    }

    @Test
    void aJavaThatCannotCallTheKernelSaysSo() {
        try (LinuxBuses without = new LinuxBuses(root, clock, Thread::new, Optional::empty)) {
            assertThatExceptionOfType(SensorException.class)
                    .isThrownBy(() -> without.i2c("i2c-1", 0x76))
                    .withMessageContaining("cannot call the kernel")
                    .satisfies(e -> assertThat(e.category()).isEqualTo(Category.CONFIGURATION));
        }
    }
}
