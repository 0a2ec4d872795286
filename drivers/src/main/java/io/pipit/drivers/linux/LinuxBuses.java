package io.pipit.drivers.linux;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.exception.Pi4JException;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.spi.Spi;
import com.pi4j.io.spi.SpiConfig;
import io.pipit.drivers.BusClock;
import io.pipit.drivers.Buses;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.I2cException;
import io.pipit.drivers.i2c.WiredI2cProvider;
import io.pipit.drivers.linux.i2c.I2cBuses;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.NativeKernel;
import io.pipit.drivers.linux.spi.LinuxSpiProvider;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's own buses: I2C as {@code i2c-1}, SPI as {@code spi-0}. Nothing is set up before the
 * first device is opened, so that a node without such hardware pays nothing. May be called on any
 * thread.
 */
public final class LinuxBuses implements Buses {

    /** What Pi4J knows our providers by. */
    public static final String I2C_PROVIDER = "pipit-linux-i2c";

    public static final String SPI_PROVIDER = "pipit-linux-spi";

    private static final Pattern I2C_NAME = Pattern.compile("i2c-(0|[1-9][0-9]{0,3})");

    /** Pi4J knows seven. */
    private static final Pattern SPI_NAME = Pattern.compile("spi-([0-6])");

    private final Path root;
    private final BusClock clock;
    private final Supplier<Optional<Kernel>> kernels;
    private @Nullable Context pi4j;
    private boolean closed;

    /**
     * Those of this machine.
     *
     * @param root where {@code dev} and {@code sys} are
     */
    public LinuxBuses(Path root, BusClock clock) {
        this(root, clock, NativeKernel::find);
    }

    LinuxBuses(Path root, BusClock clock, Supplier<Optional<Kernel>> kernels) {
        this.root = root;
        this.clock = clock;
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
        Context context = context();
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
        Context context = context();
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
                    what + " is in use already: two sensors have the same bus and address");
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

    private Context context() throws SensorException {
        Context context = pi4j;
        if (context != null) {
            return context;
        }
        if (closed) {
            throw new SensorException(Category.ABSENT, "the buses were shut down");
        }
        Kernel kernel =
                kernels.get()
                        .orElseThrow(() ->
                                new SensorException(
                                        Category.CONFIGURATION,
                                        "this Java cannot call the kernel: start it with --enable-native-access=ALL-UNNAMED, and on armhf take one that was built with --enable-fallback-linker"));
        I2cBuses i2c = new I2cBuses(root, kernel, clock);
        // Detection would load whatever plugin lies on the class path; the shutdown is ours.
        context =
                Pi4J.newContextBuilder()
                        .noAutoDetect()
                        .noAutoInject()
                        .disableShutdownHook()
                        .add(new WiredI2cProvider(I2C_PROVIDER, i2c::bus))
                        .add(new LinuxSpiProvider(SPI_PROVIDER, root, kernel))
                        .build();
        pi4j = context;
        return context;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (pi4j != null) {
            pi4j.shutdown();
            pi4j = null;
        }
    }
}
