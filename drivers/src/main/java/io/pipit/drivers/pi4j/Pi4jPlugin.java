package io.pipit.drivers.pi4j;

import com.pi4j.extension.Plugin;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * A plugin of Pi4J, and those of its providers that are used, by their IDs: so that no other that
 * lies beside it is taken for it. Immutable; any thread.
 *
 * @param jar what its jar is called, less the version
 * @param className of the plugin itself
 */
public record Pi4jPlugin(
        String jar,
        String className,
        String i2c,
        String spi,
        String input,
        String output,
        String pwm) {

    /** Pi4J's own way to the kernel, as of its version 4. */
    public static final Pi4jPlugin FFM =
            new Pi4jPlugin(
                    "pi4j-plugin-ffm",
                    "com.pi4j.plugin.ffm.FFMPlugin",
                    "ffm-i2c",
                    "ffm-spi",
                    "ffm-digital-input",
                    "ffm-digital-output",
                    "ffm-pwm");

    /** What is wrong where it cannot be had from one of these, and what to do. */
    public Optional<String> problem(List<ClassLoader> loaders) {
        try {
            Plugin ignored = load(loaders);
            return Optional.empty();
        } catch (SensorException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** A new one. */
    Plugin load(List<ClassLoader> loaders) throws SensorException {
        for (ClassLoader loader : loaders) {
            try {
                Optional<Plugin> found =
                        ServiceLoader.load(Plugin.class, loader).stream()
                                .filter(plugin -> plugin.type().getName().equals(className))
                                .findFirst()
                                .map(ServiceLoader.Provider::get);
                if (found.isPresent()) {
                    return found.get();
                }
            } catch (ServiceConfigurationError | LinkageError e) {
                throw failed("Pi4J's plugin " + jar + " is broken: " + e, e);
            }
        }
        throw new SensorException(
                Category.CONFIGURATION,
                "Pi4J's plugin %s is not there: put its jar into /usr/lib/pipit/drivers, or into a folder that PIPIT_DRIVERS names, and start again; or set provider = \"linux\""
                        .formatted(jar));
    }

    /** A failure of the plugin itself. */
    SensorException failed(String message, Throwable cause) {
        return new SensorException(
                Category.CONFIGURATION,
                message + "; mend that, or set provider = \"linux\" in [hardware]",
                cause);
    }
}
