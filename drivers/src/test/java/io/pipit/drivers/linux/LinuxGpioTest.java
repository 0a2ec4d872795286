package io.pipit.drivers.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalState;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.line.Edge;
import io.pipit.drivers.line.EdgeListener;
import io.pipit.drivers.line.EdgeSource;
import io.pipit.drivers.line.InputRequest;
import io.pipit.drivers.line.InputRequest.Bias;
import io.pipit.drivers.line.InputRequest.Trigger;
import io.pipit.drivers.line.OutputRequest;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.FakeKernel;
import io.pipit.drivers.linux.kernel.Word;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the real thread for edges, on a kernel that a test moves. */
class LinuxGpioTest {

    private static final class Ear implements EdgeListener {
        private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();

        @Override
        public void edge(Edge edge) {
            heard.add(edge);
        }

        @Override
        public void failed(String reason) {
            heard.add(reason);
        }

        Object next() throws InterruptedException {
            Object next = heard.poll(10, TimeUnit.SECONDS);
            return next == null ? "nothing" : next;
        }
    }

    @TempDir private Path root;

    private final FakeKernel kernel = new FakeKernel(Word.BITS_64);
    private final List<Thread> threads = new ArrayList<>();
    private FakeGpio header;
    private LinuxBuses linux;

    @BeforeEach
    void start() throws Exception {
        kernel.stopTime();
        header = plug("gpiochip0", "pinctrl-bcm2711");
        linux =
                new LinuxBuses(
                        root,
                        new ManualClock(),
                        task -> {
                            Thread thread = new Thread(task);
                            threads.add(thread);
                            return thread;
                        },
                        () -> Optional.of(kernel));
    }

    private FakeGpio plug(String name, String label) throws Exception {
        Files.createDirectories(root.resolve("dev"));
        Files.createFile(root.resolve("dev/" + name));
        FakeGpio chip = new FakeGpio(kernel, name, label);
        kernel.plug(root + "/dev/" + name, chip);
        return chip;
    }

    @AfterEach
    void givesEverythingBack() throws Exception {
        linux.close();
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(kernel.openCount()).isZero();
    }

    private static InputRequest button(int line) {
        return new InputRequest("", line, true, Bias.PULL_UP, Duration.ofMillis(5), Trigger.BOTH);
    }

    private static InputRequest plain(String chip, int line) {
        return new InputRequest(chip, line, false, Bias.AS_IS, Duration.ZERO, Trigger.ACTIVE);
    }

    private static SensorException refusal(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(SensorException.class, call);
    }

    @Test
    void anInputIsReadAsItIsWiredAndOnAsItIsMeant() throws Exception {
        header.change(17, true, 0);
        DigitalInput input = linux.input(button(17));
        assertThat(input.state()).isEqualTo(DigitalState.HIGH);
        assertThat(input.isOn()).isFalse();
        header.change(17, false, 0);
        assertThat(input.state()).isEqualTo(DigitalState.LOW);
        assertThat(input.isOn()).isTrue();
        assertThat(kernel.openCount()).as("the chip is closed, the line open").isEqualTo(1);
        input.close();
        assertThat(header.isTaken(17)).isFalse();
        linux.input(button(17));
    }

    @Test
    void tellsOfEdgesAtTheirTimeAndOfLostOnes() throws Exception {
        header.change(17, true, 0);
        DigitalInput input = linux.input(button(17));
        Ear ear = new Ear();
        // What happens before somebody listens is kept, as far as the kernel has room.
        header.change(17, false, 1_000);
        ((EdgeSource) input).listen(ear);
        assertThat(ear.next()).isEqualTo(new Edge(1_000, true, 0));
        header.change(17, true, 2_500);
        assertThat(ear.next()).isEqualTo(new Edge(2_500, false, 0));
        header.lose(17, 40);
        header.change(17, false, 9_000);
        assertThat(ear.next()).isEqualTo(new Edge(9_000, true, 40));
        assertThatIllegalStateException().isThrownBy(() -> ((EdgeSource) input).listen(ear));
    }

    @Test
    void oneThreadServesAllLinesWhileThereAreAny() throws Exception {
        Ear first = new Ear();
        Ear second = new Ear();
        DigitalInput one = linux.input(button(17));
        DigitalInput two = linux.input(plain("", 18));
        ((EdgeSource) one).listen(first);
        ((EdgeSource) two).listen(second);
        header.change(18, true, 1);
        header.change(18, false, 2);
        header.change(18, true, 3);
        assertThat(second.next()).isEqualTo(new Edge(1, true, 0));
        assertThat(second.next()).isEqualTo(new Edge(3, true, 0));
        header.change(17, true, 4);
        assertThat(first.next()).isEqualTo(new Edge(4, false, 0));
        assertThat(threads).hasSize(1);
        one.close();
        assertThat(header.isTaken(17)).isFalse();
        header.change(18, false, 5);
        header.change(18, true, 6);
        assertThat(second.next()).isEqualTo(new Edge(6, true, 0));
        two.close();
        assertThat(threads.getFirst().join(Duration.ofSeconds(10))).isTrue();
        assertThat(kernel.openCount()).isZero();
        DigitalInput again = linux.input(button(17));
        ((EdgeSource) again).listen(first);
        header.change(17, false, 7);
        assertThat(first.next()).isEqualTo(new Edge(7, true, 0));
        assertThat(threads).hasSize(2);
    }

    @Test
    void aListenerThatThrowsCostsTheOthersNothing() throws Exception {
        Ear ear = new Ear();
        DigitalInput bad = linux.input(plain("", 4));
        ((EdgeSource) bad)
                .listen(
                        new EdgeListener() {
                            @Override
                            public void edge(Edge edge) {
                                throw new IllegalStateException("oh");
                            }

                            @Override
                            public void failed(String reason) {
                                throw new IllegalStateException(reason);
                            }
                        });
        ((EdgeSource) linux.input(plain("", 5))).listen(ear);
        header.change(4, true, 1);
        header.change(5, true, 2);
        assertThat(ear.next()).isEqualTo(new Edge(2, true, 0));
        header.change(5, false, 3);
        header.change(5, true, 4);
        assertThat(ear.next()).isEqualTo(new Edge(4, true, 0));
    }

    @Test
    void aChipThatGoesIsHeardOf() throws Exception {
        Ear ear = new Ear();
        DigitalInput input = linux.input(button(17));
        ((EdgeSource) input).listen(ear);
        header.vanish();
        assertThat(ear.next()).asString().contains("line 17 of pinctrl-bcm2711", "is gone");
        assertThat(catchThrowableOfType(Pi4JException.class, input::state))
                .hasMessageContaining("ENODEV");
        threads.getFirst().join(10_000);
        input.close();
    }

    @Test
    void aChipThatGoesIsHeardOfWhereTheKernelWakesNobody() throws Exception {
        Ear ear = new Ear();
        DigitalInput input = linux.input(button(17));
        ((EdgeSource) input).listen(ear);
        header.change(17, true, 1);
        assertThat(ear.next()).isEqualTo(new Edge(1, false, 0));
        kernel.awaitWaiting();
        kernel.timeOut();
        header.change(17, false, 2);
        assertThat(ear.next()).as("nothing is wrong yet").isEqualTo(new Edge(2, true, 0));
        kernel.awaitWaiting();
        header.vanishUnheard();
        kernel.timeOut();
        assertThat(ear.next()).asString().contains("line 17 of pinctrl-bcm2711", "is gone");
    }

    @Test
    void pi4jsListenersHearOfChanges() throws Exception {
        BlockingQueue<DigitalState> heard = new LinkedBlockingQueue<>();
        DigitalInput input = linux.input(button(17));
        input.addListener(event -> heard.add(event.state()));
        header.change(17, true, 1);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(DigitalState.HIGH);
        header.change(17, false, 1);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(DigitalState.LOW);
    }

    @Test
    void anOutputIsSafeFromItsStartToItsEnd() throws Exception {
        DigitalOutput relay = linux.output(new OutputRequest("", 27, true, false));
        assertThat(header.level(27)).as("off, which is high here").isTrue();
        assertThat(relay.state()).isEqualTo(DigitalState.HIGH);
        relay.low();
        assertThat(header.level(27)).isFalse();
        assertThat(relay.isOn()).isTrue();
        linux.close();
        assertThat(header.driven()).containsExactly("27=1", "27=0", "27=1");
        assertThat(catchThrowableOfType(IllegalStateException.class, relay::high))
                .hasMessageContaining("line 27 of pinctrl-bcm2711 is closed");
    }

    @Test
    void aSafeStateMayBeOn() throws Exception {
        DigitalOutput pump = linux.output(new OutputRequest("", 27, false, true));
        pump.low();
        pump.close();
        assertThat(header.driven()).containsExactly("27=1", "27=0", "27=1");
    }

    @Test
    void findsAChipByItsLabel() throws Exception {
        FakeGpio expander = plug("gpiochip7", "mcp23017");
        // As Raspberry Pi OS links the number of before.
        Files.createFile(root.resolve("dev/gpiochip4"));
        kernel.plug(root + "/dev/gpiochip4", header);
        linux.output(new OutputRequest("mcp23017", 17, false, true));
        linux.output(new OutputRequest("", 17, false, true));
        assertThat(expander.level(17)).isTrue();
        assertThat(header.level(17)).isTrue();
        assertThat(refusal(() -> linux.input(plain("pcf8574", 0))))
                .hasMessageContaining("0 GPIO chips with the label \"pcf8574\"")
                .hasMessageContaining("there are mcp23017, pinctrl-bcm2711");
        plug("gpiochip8", "mcp23017");
        assertThat(refusal(() -> linux.input(plain("mcp23017", 0))))
                .hasMessageContaining("2 GPIO chips");
    }

    @Test
    void saysWhatToDo() throws Exception {
        assertThat(refusal(() -> linux.input(plain("", 58))))
                .hasMessage("there is no line 58 of pinctrl-bcm2711: its lines are 0 to 57");
        header.occupy(22, "fan");
        SensorException busy = refusal(() -> linux.input(plain("", 22)));
        assertThat(busy.category()).isEqualTo(Category.CONFIGURATION);
        assertThat(busy)
                .hasMessageContaining("line 22 of pinctrl-bcm2711 is in use by \"fan\"")
                .hasMessageContaining("EBUSY");
        linux.input(plain("", 4));
        assertThat(refusal(() -> linux.input(plain("pinctrl-bcm2711", 4))))
                .hasMessageContaining("is in use by something else");
        assertThat(refusal(() -> linux.input(plain("", 4))))
                .hasMessageContaining("line 4 is in use already");
        header.refuse(Errno.EINVAL);
        assertThat(refusal(() -> linux.input(button(5))))
                .hasMessageContaining("cannot be an input with bias PULL_UP");
        kernel.refuse(root + "/dev/gpiochip0", Errno.EACCES);
        assertThat(refusal(() -> linux.input(button(5)))).hasMessageContaining("usermod -aG gpio");
        Files.delete(root.resolve("dev/gpiochip0"));
        assertThat(refusal(() -> linux.input(button(5))))
                .hasMessageContaining("no GPIO that the kernel knows");
        plug("gpiochip1", "300b000.pinctrl");
        assertThat(refusal(() -> linux.input(button(5))))
                .hasMessageContaining("chip = \"300b000.pinctrl\"");
    }
}
