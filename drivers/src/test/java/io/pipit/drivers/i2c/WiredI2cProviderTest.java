package io.pipit.drivers.i2c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.i2c.I2C;
import io.pipit.drivers.i2c.I2cException.Reason;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With a kernel that doesn't come back from a transfer. */
class WiredI2cProviderTest {

    /** Hangs in transfers with 0x76 until it may go on. */
    private static final class Wires implements I2cWires {
        private final CountDownLatch hanging = new CountDownLatch(1);
        private final CountDownLatch free = new CountDownLatch(1);

        @Override
        public byte[] transfer(int address, byte[] written, int count) {
            if (address == 0x76) {
                hanging.countDown();
                while (free.getCount() > 0) {
                    try {
                        free.await();
                    } catch (InterruptedException e) {
                        // The kernel doesn't notice.
                    }
                }
            }
            return new byte[count];
        }
    }

    private final Wires wires = new Wires();
    private final Context pi4j =
            Pi4J.newContextBuilder()
                    .noAutoDetect()
                    .noAutoInject()
                    .disableShutdownHook()
                    .add(new WiredI2cProvider("wires", _ -> wires, Duration.ofMillis(1)))
                    .build();

    private I2C device(int address) {
        return pi4j.<WiredI2cProvider>provider("wires")
                .create(
                        I2C.newConfigBuilder(pi4j)
                                .id("device-" + address)
                                .bus(1)
                                .device(address)
                                .build());
    }

    @AfterEach
    void shutDown() {
        wires.free.countDown();
        pi4j.shutdown();
    }

    @Test
    void aTransferThatDoesNotComeBackKeepsOthersOutAndIsNamed() throws Exception {
        I2C stuck = device(0x76);
        I2C well = device(0x77);
        Thread hung = Thread.ofVirtual().start(stuck::read);
        wires.hanging.await();
        assertRefused(well::read);
        assertRefused(() -> device(0x78));
        wires.free.countDown();
        hung.join();
        assertThat(well.read()).isZero();
        assertThat(device(0x78).read()).isZero();
    }

    private static void assertRefused(Runnable what) {
        assertThatExceptionOfType(I2cException.class)
                .isThrownBy(what::run)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.TIMEOUT))
                .satisfies(e -> assertThat(e.hint()).contains("the transfer with 0x76"));
    }
}
