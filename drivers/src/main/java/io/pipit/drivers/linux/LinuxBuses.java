package io.pipit.drivers.linux;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.pwm.Pwm;
import com.pi4j.io.pwm.PwmConfig;
import com.pi4j.io.pwm.PwmType;
import com.pi4j.io.spi.Spi;
import com.pi4j.io.spi.SpiConfig;
import io.pipit.drivers.BusClock;
import io.pipit.drivers.Buses;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.I2cException;
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
import io.pipit.drivers.tty.SerialPort;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final Pattern I2C_NAME = Pattern.compile("i2c-(0|[1-9][0-9]{0,3})");

    /** Pi4J knows seven. */
    private static final Pattern SPI_NAME = Pattern.compile("spi-([0-6])");

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
        return I2C_NAME.matcher(bus).matches() || SPI_NAME.matcher(bus).matches();
    }

    @Override
    public synchronized I2C i2c(String bus, int address) throws SensorException {
        Matcher name = I2C_NAME.matcher(bus);
        if (!name.matches()) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "bus \""
                            + bus
                            + "\" is not an I2C bus: those of this machine are i2c-1 and the like");
        }
        Context context = context("");
        I2CConfig config =
                I2C.newConfigBuilder(context)
                        .id("%s-0x%02x".formatted(bus, address))
                        .bus(Integer.parseInt(name.group(1)))
                        .device(address)
                        .build();
        String what = "0x%02x on bus %s".formatted(address, bus);
        checkFree(context, config.id(), what);
        try {
            return context.<WiredI2cProvider>provider(I2C_PROVIDER).create(config);
        } catch (Pi4JException e) {
            throw translated(what, e);
        }
    }

    @Override
    public synchronized Spi spi(String bus, int chipSelect, int mode, int hertz)
            throws SensorException {
        Matcher name = SPI_NAME.matcher(bus);
        if (!name.matches()) {
            return Buses.super.spi(bus, chipSelect, mode, hertz);
        }
        Context context = context("");
        SpiConfig config =
                Spi.newConfigBuilder(context)
                        .id("%s.%d".formatted(bus, chipSelect))
                        .bus(Integer.parseInt(name.group(1)))
                        .channel(chipSelect)
                        .mode(mode)
                        .baud(hertz)
                        .build();
        String what = "chip select %d of bus %s".formatted(chipSelect, bus);
        checkFree(context, config.id(), what);
        try {
            return context.<LinuxSpiProvider>provider(SPI_PROVIDER).create(config);
        } catch (Pi4JException e) {
            throw translated(what, e);
        }
    }

    private static void checkFree(Context context, String id, String what) throws SensorException {
        if (context.registry().exists(id)) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    what + " is in use already: it stands in the configuration twice");
        }
    }

    /** What was thrown through Pi4J, in our own words again. */
    private static SensorException translated(String what, Pi4JException e) {
        for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SensorException ours) {
                return ours;
            }
            if (cause instanceof I2cException known && known.reason() == I2cException.Reason.HELD) {
                return new SensorException(Category.CONFIGURATION, known.getMessage(), e);
            }
        }
        return new SensorException(Category.IO, what + " cannot be opened: " + e.getMessage(), e);
    }

    @Override
    public boolean hasLines() {
        return true;
    }

    @Override
    public synchronized DigitalInput input(InputRequest wanted) throws SensorException {
        Context context = context(wanted.chip());
        String what = "line %d%s".formatted(wanted.line(), of(wanted.chip()));
        DigitalInputConfig config =
                DigitalInput.newConfigBuilder(context)
                        .id(what)
                        .bcm(wanted.line())
                        .onState(wanted.activeLow() ? DigitalState.LOW : DigitalState.HIGH)
                        .build();
        checkFree(context, config.id(), what);
        try {
            return context.<LinuxInputProvider>provider(INPUT_PROVIDER).create(config, wanted);
        } catch (Pi4JException e) {
            throw translated(what, e);
        }
    }

    @Override
    public synchronized DigitalOutput output(OutputRequest wanted) throws SensorException {
        Context context = context(wanted.chip());
        String what = "line %d%s".formatted(wanted.line(), of(wanted.chip()));
        DigitalOutputConfig config =
                DigitalOutput.newConfigBuilder(context)
                        .id(what)
                        .bcm(wanted.line())
                        .onState(wanted.activeLow() ? DigitalState.LOW : DigitalState.HIGH)
                        .build();
        checkFree(context, config.id(), what);
        try {
            return context.<LinuxOutputProvider>provider(OUTPUT_PROVIDER).create(config, wanted);
        } catch (Pi4JException e) {
            throw translated(what, e);
        }
    }

    @Override
    public synchronized Pwm pwm(PwmRequest wanted) throws SensorException {
        Context context = context("");
        String what = "PWM channel %d%s".formatted(wanted.channel(), of(wanted.chip()));
        PwmConfig config =
                Pwm.newConfigBuilder(context)
                        .id(what)
                        .pwmType(PwmType.HARDWARE)
                        .channel(wanted.channel())
                        .frequency(wanted.hertz())
                        .build();
        checkFree(context, config.id(), what);
        try {
            return context.<LinuxPwmProvider>provider(PWM_PROVIDER).create(config, wanted);
        } catch (Pi4JException e) {
            throw translated(what, e);
        }
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

    private static String of(String chip) {
        return chip.isEmpty() ? "" : " of " + chip;
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
