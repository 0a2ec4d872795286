package io.pipit.drivers.pi4j;

import com.pi4j.context.Context;
import com.pi4j.exception.Pi4JException;
import com.pi4j.io.IOConfig;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputConfigBuilder;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.PullResistance;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.pwm.Pwm;
import com.pi4j.io.pwm.PwmConfigBuilder;
import com.pi4j.io.pwm.PwmPolarity;
import com.pi4j.io.pwm.PwmType;
import com.pi4j.io.spi.Spi;
import com.pi4j.io.spi.SpiConfig;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.i2c.I2cException;
import io.pipit.drivers.line.InputRequest;
import io.pipit.drivers.line.OutputRequest;
import io.pipit.drivers.line.PwmRequest;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted, as Pi4J calls it: its configurations, whose IDs are words for people. Static
 * functions alone; any thread.
 */
public final class Configs {

    private static final Pattern I2C_NAME = Pattern.compile("i2c-(0|[1-9][0-9]{0,3})");

    /** Pi4J knows seven. */
    private static final Pattern SPI_NAME = Pattern.compile("spi-([0-6])");

    private Configs() {}

    /** Whether this is how the kernel's I2C and SPI buses are called. */
    public static boolean isBus(String name) {
        return I2C_NAME.matcher(name).matches() || isSpi(name);
    }

    /** Whether this is how the kernel's SPI buses are called. */
    public static boolean isSpi(String name) {
        return SPI_NAME.matcher(name).matches();
    }

    /**
     * An address of one of the kernel's buses.
     *
     * @throws SensorException where that is no I2C bus
     */
    public static I2CConfig i2c(Context context, String bus, int address) throws SensorException {
        Matcher name = I2C_NAME.matcher(bus);
        if (!name.matches()) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "bus \""
                            + bus
                            + "\" is not an I2C bus: those of this machine are i2c-1 and the like");
        }
        return i2c(context, bus, Integer.parseInt(name.group(1)), address);
    }

    /** An address of a bus that has this number. */
    public static I2CConfig i2c(Context context, String bus, int number, int address) {
        return I2C.newConfigBuilder(context)
                .id("0x%02x on bus %s".formatted(address, bus))
                .bus(number)
                .device(address)
                .build();
    }

    /**
     * A chip on an SPI bus.
     *
     * @param bus as {@link #isSpi} takes it
     */
    public static SpiConfig spi(Context context, String bus, int chipSelect, int mode, int hertz) {
        return Spi.newConfigBuilder(context)
                .id("chip select %d of bus %s".formatted(chipSelect, bus))
                .bus(bus.charAt(bus.length() - 1) - '0')
                .channel(chipSelect)
                .mode(mode)
                .baud(hertz)
                .build();
    }

    /** An input line. */
    public static DigitalInputConfig input(Context context, InputRequest wanted) {
        return DigitalInput.newConfigBuilder(context)
                .id(line(wanted.line(), wanted.chip()))
                .bcm(wanted.line())
                .onState(level(true, wanted.activeLow()))
                .pull(
                        switch (wanted.bias()) {
                            case AS_IS, NONE -> PullResistance.OFF;
                            case PULL_UP -> PullResistance.PULL_UP;
                            case PULL_DOWN -> PullResistance.PULL_DOWN;
                        })
                .debounce(wanted.debounce().toNanos(), TimeUnit.NANOSECONDS)
                .build();
    }

    /** An output line; what it is at first and at the end is for its provider to see to. */
    public static DigitalOutputConfigBuilder output(Context context, OutputRequest wanted) {
        return DigitalOutput.newConfigBuilder(context)
                .id(line(wanted.line(), wanted.chip()))
                .bcm(wanted.line())
                .onState(level(true, wanted.activeLow()));
    }

    /** A channel for pulse-width modulation; which chip it is of is for its provider to know. */
    public static PwmConfigBuilder pwm(Context context, PwmRequest wanted) {
        return Pwm.newConfigBuilder(context)
                .id("PWM channel %d%s".formatted(wanted.channel(), of(wanted.chip())))
                .pwmType(PwmType.HARDWARE)
                .channel(wanted.channel())
                .frequency(wanted.hertz())
                .polarity(wanted.inverted() ? PwmPolarity.INVERSED : PwmPolarity.NORMAL);
    }

    /**
     * Opens what a configuration is for.
     *
     * @throws SensorException where it is in use, or cannot be opened
     */
    public static <C extends IOConfig<C>, T> T opened(
            Context context, C config, Function<C, T> opener) throws SensorException {
        if (context.registry().exists(config.id())) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    config.id() + " is in use already: it stands in the configuration twice");
        }
        try {
            return opener.apply(config);
        } catch (Pi4JException e) {
            throw translated(config.id(), e);
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

    static DigitalState level(boolean active, boolean activeLow) {
        return active == activeLow ? DigitalState.LOW : DigitalState.HIGH;
    }

    private static String line(int number, String chip) {
        return "line %d%s".formatted(number, of(chip));
    }

    private static String of(String chip) {
        return chip.isEmpty() ? "" : " of " + chip;
    }
}
