package io.pipit.drivers.pi4j;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.exception.Pi4JException;
import com.pi4j.extension.PluginService;
import com.pi4j.io.IO;
import com.pi4j.io.IOConfig;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputProvider;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.i2c.I2CProvider;
import com.pi4j.io.pwm.Pwm;
import com.pi4j.io.pwm.PwmProvider;
import com.pi4j.io.spi.Spi;
import com.pi4j.io.spi.SpiConfig;
import com.pi4j.io.spi.SpiProvider;
import com.pi4j.platform.Platform;
import com.pi4j.provider.Provider;
import io.pipit.drivers.Buses;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.line.InputRequest;
import io.pipit.drivers.line.OutputRequest;
import io.pipit.drivers.line.PwmRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's buses and lines as a plugin of Pi4J serves them: by the same names as Pipit's own,
 * with what the plugin can do. Errors are the plugin's, edges have the time at which they are heard
 * of, and chips other than the first cannot be chosen. The plugin is looked for when the first
 * device is opened. May be called on any thread.
 */
public final class Pi4jBuses implements Buses {

    private final Pi4jPlugin plugin;
    private final List<ClassLoader> loaders;
    private @Nullable Context context;
    private boolean closed;

    /**
     * @param loaders where the plugin may be
     */
    public Pi4jBuses(Pi4jPlugin plugin, List<ClassLoader> loaders) {
        this.plugin = plugin;
        this.loaders = List.copyOf(loaders);
    }

    @Override
    public boolean serves(String bus) {
        return Configs.isBus(bus);
    }

    @Override
    public synchronized I2C i2c(String bus, int address) throws SensorException {
        Context known = having(plugin.i2c());
        I2CConfig config = Configs.i2c(known, bus, address);
        if (known.registry().exists(config.id())) {
            I2C before = known.registry().get(config.id());
            forget(known, config, !before.isOpen());
        }
        I2CProvider provider = known.provider(plugin.i2c());
        return Configs.opened(known, config, provider::create);
    }

    @Override
    public synchronized Spi spi(String bus, int chipSelect, int mode, int hertz)
            throws SensorException {
        if (!Configs.isSpi(bus)) {
            return Buses.super.spi(bus, chipSelect, mode, hertz);
        }
        Context known = having(plugin.spi());
        SpiConfig config = Configs.spi(known, bus, chipSelect, mode, hertz);
        if (known.registry().exists(config.id())) {
            Spi before = known.registry().get(config.id());
            forget(known, config, !before.isOpen());
        }
        SpiProvider provider = known.provider(plugin.spi());
        return Configs.opened(known, config, provider::create);
    }

    /** What a plugin has closed may still be in Pi4J's registry, where it would be in use. */
    private static void forget(Context known, IOConfig<?> config, boolean isClosed) {
        if (isClosed) {
            IO<?, ?, ?> ignored = known.registry().remove(config.id());
        }
    }

    @Override
    public boolean hasLines() {
        return true;
    }

    @Override
    public synchronized DigitalInput input(InputRequest wanted) throws SensorException {
        refuseChoice(wanted.chip());
        Context known = having(plugin.input());
        DigitalInputProvider provider = known.provider(plugin.input());
        return Configs.opened(known, Configs.input(known, wanted), provider::create);
    }

    @Override
    public synchronized DigitalOutput output(OutputRequest wanted) throws SensorException {
        refuseChoice(wanted.chip());
        Context known = having(plugin.output());
        DigitalOutputProvider provider = known.provider(plugin.output());
        DigitalState safe = Configs.level(wanted.safe(), wanted.activeLow());
        return Configs.opened(
                known,
                Configs.output(known, wanted).initial(safe).shutdown(safe).build(),
                provider::create);
    }

    @Override
    public synchronized Pwm pwm(PwmRequest wanted) throws SensorException {
        refuseChoice(wanted.chip());
        Context known = having(plugin.pwm());
        PwmProvider provider = known.provider(plugin.pwm());
        return Configs.opened(
                known,
                Configs.pwm(known, wanted).chip(0).initial(0).shutdown(0).build(),
                provider::create);
    }

    private void refuseChoice(String chip) throws SensorException {
        if (!chip.isEmpty()) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "%s cannot choose the chip \"%s\": leave chip out, or set provider = \"linux\" in [hardware]"
                            .formatted(plugin.jar(), chip));
        }
    }

    /** The context, where it has this provider. */
    private Context having(String provider) throws SensorException {
        Context known = context();
        if (!known.hasProvider(provider)) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "%s has no provider %s: take the version of Pi4J that Pipit was made with, or set provider = \"linux\" in [hardware]"
                            .formatted(plugin.jar(), provider));
        }
        return known;
    }

    private Context context() throws SensorException {
        if (closed) {
            throw new SensorException(Category.ABSENT, "the buses were shut down");
        }
        Context known = context;
        if (known == null) {
            known = withPlugin();
            context = known;
        }
        return known;
    }

    private Context withPlugin() throws SensorException {
        Set<String> ours =
                Set.of(plugin.i2c(), plugin.spi(), plugin.input(), plugin.output(), plugin.pwm());
        Registered registered = new Registered();
        try {
            plugin.load(loaders).initialize(registered);
            // Detection would take whatever else lies there; the shutdown is ours.
            return Pi4J.newContextBuilder()
                    .noAutoDetect()
                    .noAutoInject()
                    .disableShutdownHook()
                    .add(
                            registered.providers.stream()
                                    .filter(provider -> ours.contains(provider.id()))
                                    .toArray(Provider[]::new))
                    .build();
        } catch (Pi4JException | LinkageError e) {
            throw plugin.failed(
                    "Pi4J's plugin %s cannot be used: %s".formatted(plugin.jar(), e.getMessage()),
                    e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (context != null) {
            context.shutdown();
            context = null;
        }
    }

    /** What a plugin brings along, before there is a context for it. */
    @SuppressWarnings("rawtypes") // as Pi4J has it
    private static final class Registered implements PluginService {
        private final List<Provider> providers = new ArrayList<>();

        @Override
        public Context context() {
            throw new IllegalStateException("there is no context yet");
        }

        @Override
        public PluginService register(Provider... more) {
            providers.addAll(List.of(more));
            return this;
        }

        @Override
        public PluginService register(Platform... ignored) {
            return this;
        }
    }
}
