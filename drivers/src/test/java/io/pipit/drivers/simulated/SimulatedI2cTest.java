package io.pipit.drivers.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.i2c.I2C;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedI2cTest {

    /** 256 registers that hold what was put into them. */
    private static final class Memory extends RegisterChip {
        private final int[] registers = new int[256];

        @Override
        protected void settle() {}

        @Override
        protected int load(int register) {
            return registers[register];
        }

        @Override
        protected void store(int register, int value) {
            registers[register] = value;
        }

        @Override
        public void powerOn() {}

        @Override
        public void swap() {}
    }

    @Test
    void servesTheBusesOfItsName() {
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            assertThat(List.of("simulated", "simulated-1", "simulated-99")).allMatch(i2c::serves);
            assertThat(List.of("i2c-1", "simulated-", "simulated-0", "simulated-100"))
                    .noneMatch(i2c::serves);
            assertThat(i2c.bus("simulated")).isSameAs(i2c.bus("simulated"));
            assertThat(i2c.bus("simulated")).isNotSameAs(i2c.bus("simulated-1"));
        }
    }

    @Test
    void registersCountUpByThemselvesInEveryWayThatPi4jHas() throws Exception {
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            i2c.bus("simulated").attach(0x50, new Memory());
            I2C device = i2c.i2c("simulated", 0x50);
            device.writeRegister(0x10, new byte[] {1, 2, 3}, 0, 3);
            device.writeRegister(0x13, (byte) 0xF4);
            assertThat(device.readRegister(0x13)).isEqualTo(0xF4);
            byte[] read = new byte[6];
            assertThat(device.readRegister(0x10, read, 1, 4)).isEqualTo(4);
            assertThat(read).containsExactly(0, 1, 2, 3, 0xF4, 0);
            device.write((byte) 0x11);
            assertThat(device.read()).isEqualTo(2);
            assertThat(device.read()).isEqualTo(3);
            device.writeThenRead(new byte[] {0x12}, 0, 1, 0, read, 0, 2);
            assertThat(read).startsWith(3, 0xF4);
            assertThat(device.getRegister(0x10).read()).isEqualTo(1);
        }
    }

    @Test
    void nobodyThereIsANak() throws Exception {
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            I2C device = i2c.i2c("simulated", 0x50);
            assertThatExceptionOfType(Pi4JException.class)
                    .isThrownBy(() -> device.readRegister(0))
                    .withStackTraceContaining("no acknowledge from 0x50 on simulated");
        }
    }

    @Test
    void anAddressIsOpenOnceUntilItIsClosed() throws Exception {
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            I2C device = i2c.i2c("simulated", 0x50);
            i2c.i2c("simulated-1", 0x50);
            assertThatExceptionOfType(SensorException.class)
                    .isThrownBy(() -> i2c.i2c("simulated", 0x50))
                    .satisfies(e -> assertThat(e.category()).isEqualTo(Category.CONFIGURATION))
                    .withMessageContaining("it stands in the configuration twice");
            device.close();
            device.close();
            assertThat(i2c.i2c("simulated", 0x50).isOpen()).isTrue();
        }
    }

    @Test
    void leavesNoThreadBehind() throws Exception {
        Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
        SimulatedI2c i2c = new SimulatedI2c();
        i2c.bus("simulated").attach(0x50, new Memory());
        I2C device = i2c.i2c("simulated", 0x50);
        device.readRegister(0);
        Set<Thread> started = new HashSet<>(Thread.getAllStackTraces().keySet());
        started.removeAll(before);
        i2c.close();
        for (Thread thread : started) {
            thread.join(5_000);
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
        assertThat(device.isOpen()).isFalse();
        i2c.close();
        assertThatExceptionOfType(SensorException.class)
                .isThrownBy(() -> i2c.i2c("simulated", 0x50))
                .withMessageContaining("was shut down");
    }

    @Test
    void aBusThatNobodyServesIsRefusedWithAWayOut() {
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            Hardware hardware =
                    new Hardware(Path.of("/"), Path.of("/"), new ManualClock(), List.of(i2c));
            assertThatExceptionOfType(SensorException.class)
                    .isThrownBy(() -> hardware.i2c("i2c1", 0x76))
                    .satisfies(e -> assertThat(e.category()).isEqualTo(Category.CONFIGURATION))
                    .withMessageContaining("no bus called \"i2c1\"")
                    .withMessageContaining("i2c-1")
                    .withMessageContaining("bus = \"simulated\"");
        }
    }
}
