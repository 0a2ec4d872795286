package io.pipit.drivers.linux;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.pwm.Pwm;
import com.pi4j.io.spi.Spi;
import io.pipit.drivers.BusClock;
import io.pipit.drivers.Buses;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.WiredI2cProvider;
import io.pipit.drivers.line.InputRequest;
import io.pipit.drivers.line.OutputRequest;
import io.pipit.drivers.line.PwmRequest;
import io.pipit.drivers.linux.gpio.EdgeWatch;
import io.pipit.drivers.linux.gpio.GpioChips;
import io.pipit.drivers.linux.gpio.LinuxInputProvider;
import io.pipit.drivers.linux.gpio.LinuxOutputProvider;
import io.pipit.drivers.linux.i2c.I2cBuses;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.NativeKernel;
import io.pipit.drivers.linux.pwm.LinuxPwmProvider;
import io.pipit.drivers.linux.spi.LinuxSpiProvider;
import io.pipit.drivers.linux.tty.LinuxSerialPorts;
import io.pipit.drivers.pi4j.Configs;
import io.pipit.drivers.tty.SerialPort;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's own buses: I2C as {@code i2c-1}, SPI as {@code spi-0}, digital lines, PWM, serial
 * ports. Nothing is set up before the first device is opened, so that a node without such hardware
 * pays nothing. May be called on any thread.
 */
public final class LinuxBuses implements Buses {

    /** What Pi4J knows our providers by. */
    public static final String I2C_PROVIDER = "pipit-linux-i2c";

    public static final String SPI_PROVIDER = "pipit-linux-spi";

    public static final String INPUT_PROVIDER = "pipit-linux-input";
    public static final String OUTPUT_PROVIDER = "pipit-linux-output";
    public static final String PWM_PROVIDER = "pipit-linux-pwm";

    private final Path root;
    private final BusClock clock;
    private final Supplier<Optional<Kernel>> kernels;
    private final ThreadFactory threads;
    private final Map<String, Context> contexts = new HashMap<>();
    private @Nullable Kernel kernel;
    private @Nullable EdgeWatch edges;
    private @Nullable LinuxSerialPorts serialPorts;
    private boolean closed;

    /**
     * Those of this machine.
     *
     * @param root where {@code dev} and {@code sys} are
     * @param threads makes the one that waits for edges of lines
     */
    public LinuxBuses(Path root, BusClock clock, ThreadFactory threads) {
        this(root, clock, threads, NativeKernel::find);
    }

    LinuxBuses(
            Path root, BusClock clock, ThreadFactory threads, Supplier<Optional<Kernel>> kernels) {
        this.root = root;
        this.clock = clock;
        this.threads = threads;
        this.kernels = kernels;
    }

    @Override
    public boolean serves(String bus) {
        return Configs.isBus(bus);
    }

    @Override
    public synchronized I2C i2c(String bus, int address) throws SensorException {
        Context context = context("");
        WiredI2cProvider provider = context.provider(I2C_PROVIDER);
        return Configs.opened(context, Configs.i2c(context, bus, address), provider::create);
    }

    @Override
    public synchronized Spi spi(String bus, int chipSelect, int mode, int hertz)
            throws SensorException {
        if (!Configs.isSpi(bus)) {
            return Buses.super.spi(bus, chipSelect, mode, hertz);
        }
        Context context = context("");
        LinuxSpiProvider provider = context.provider(SPI_PROVIDER);
        return Configs.opened(
                context, Configs.spi(context, bus, chipSelect, mode, hertz), provider::create);
    }

    @Override
    public boolean hasLines() {
        return true;
    }

    @Override
    public synchronized DigitalInput input(InputRequest wanted) throws SensorException {
        Context context = context(wanted.chip());
        LinuxInputProvider provider = context.provider(INPUT_PROVIDER);
        return Configs.opened(
                context, Configs.input(context, wanted), config -> provider.create(config, wanted));
    }

    @Override
    public synchronized DigitalOutput output(OutputRequest wanted) throws SensorException {
        Context context = context(wanted.chip());
        LinuxOutputProvider provider = context.provider(OUTPUT_PROVIDER);
        return Configs.opened(
                context,
                Configs.output(context, wanted).build(),
                config -> provider.create(config, wanted));
    }

    @Override
    public synchronized Pwm pwm(PwmRequest wanted) throws SensorException {
        Context context = context("");
        LinuxPwmProvider provider = context.provider(PWM_PROVIDER);
        return Configs.opened(
                context,
                Configs.pwm(context, wanted).build(),
                config -> provider.create(config, wanted));
    }

    @Override
    public boolean hasSerialPorts() {
        return true;
    }

    /** Pi4J has no serial ports any more, so that these are without it. */
    @Override
    public synchronized SerialPort serial(String port, int baud) throws SensorException {
        checkOpen();
        LinuxSerialPorts known = serialPorts;
        if (known == null) {
            known = new LinuxSerialPorts(root, kernel());
            serialPorts = known;
        }
        return known.open(port, baud);
    }

    /**
     * @param chip a GPIO chip's label, since Pi4J knows lines by number alone; empty for the rest
     */
    private Context context(String chip) throws SensorException {
        checkOpen();
        Context known = contexts.get(chip);
        if (known != null) {
            return known;
        }
        Kernel found = kernel();
        GpioChips chips = new GpioChips(root, found);
        // Detection would load whatever plugin lies on the class path; the shutdown is ours.
        Context context =
                Pi4J.newContextBuilder()
                        .noAutoDetect()
                        .noAutoInject()
                        .disableShutdownHook()
                        .add(
                                new WiredI2cProvider(
                                        I2C_PROVIDER, new I2cBuses(root, found, clock)::bus),
                                new LinuxSpiProvider(SPI_PROVIDER, root, found),
                                new LinuxInputProvider(INPUT_PROVIDER, chips, edges(found)),
                                new LinuxOutputProvider(OUTPUT_PROVIDER, chips),
                                new LinuxPwmProvider(PWM_PROVIDER, root, clock))
                        .build();
        contexts.put(chip, context);
        return context;
    }

    private void checkOpen() throws SensorException {
        if (closed) {
            throw new SensorException(Category.ABSENT, "the buses were shut down");
        }
    }

    private EdgeWatch edges(Kernel found) {
        EdgeWatch known = edges;
        if (known == null) {
            known = new EdgeWatch(found, threads);
            edges = known;
        }
        return known;
    }

    private Kernel kernel() throws SensorException {
        Kernel known = kernel;
        if (known == null) {
            known =
                    kernels.get()
                            .orElseThrow(() ->
                                    new SensorException(
                                            Category.CONFIGURATION,
                                            "this Java cannot call the kernel: start it with --enable-native-access=ALL-UNNAMED, and on armhf take one that was built with --enable-fallback-linker"));
            kernel = known;
        }
        return known;
    }

    @Override
    public synchronized void close() {
        closed = true;
        contexts.values().forEach(Context::shutdown);
        contexts.clear();
        if (serialPorts != null) {
            serialPorts.close();
        }
    }
}
