package io.pipit.node;

import io.pipit.config.Configuration;
import io.pipit.config.ConfigurationLoader;
import io.pipit.drivers.BusClock;
import io.pipit.drivers.Buses;
import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.Drivers;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.linux.LinuxBuses;
import io.pipit.drivers.output.OutputDrivers;
import io.pipit.drivers.outside.DriverFolders;
import io.pipit.drivers.pi4j.Pi4jBuses;
import io.pipit.drivers.pi4j.Pi4jPlugin;
import io.pipit.drivers.simulated.SimulatedChips;
import io.pipit.drivers.simulated.SimulatedI2c;
import io.pipit.drivers.simulated.world.Climate;
import io.pipit.sampling.DriverProbe;
import io.pipit.sampling.SensorSpec;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/**
 * The drivers as the configuration knows them, and the sensors that they open. Any thread; a sensor
 * is opened and read on its bus's thread.
 */
final class DriverCatalogue implements AutoCloseable {
    private static final String BUS = "bus";
    private static final String ADDRESS = "address";

    private final Drivers drivers;
    private final SimulatedI2c simulated = new SimulatedI2c();
    private final SimulatedChips chips;
    private final List<Buses> buses = new ArrayList<>();
    private final Hardware hardware;

    /**
     * @param threads makes the one that waits for edges
     * @param seed of the weather around simulated chips
     */
    DriverCatalogue(
            Drivers drivers,
            Configuration.Provider provider,
            Path dataDirectory,
            BusClock clock,
            ThreadFactory threads,
            long seed) {
        this.drivers = drivers;
        this.chips = new SimulatedChips(clock, new Climate(seed, InstantSource.system()), seed);
        Path root = Path.of("/");
        buses.add(simulated);
        // The first that serves a bus has it: what Pi4J has no more, serial ports, is Linux's
        // still.
        plugin(provider).ifPresent(plugin -> buses.add(new Pi4jBuses(plugin, drivers.loaders())));
        buses.add(new LinuxBuses(root, clock, threads));
        this.hardware = new Hardware(root, dataDirectory, clock, buses);
    }

    /** Those that are built in and those in the folders for others' jars. */
    static Drivers load(Map<String, String> environment) {
        DriverFolders folders = DriverFolders.of(environment);
        return Drivers.load(
                DriverCatalogue.class.getClassLoader(),
                folders.jars(),
                folders.problems(),
                DriverCatalogue::problemWith);
    }

    /** Whether a driver can be configured at all: what others describe may not be. */
    static Optional<String> problemWith(DriverDescriptor driver) {
        boolean hasBus = driver.bus() == Bus.I2C || driver.bus() == Bus.SPI;
        if (hasBus && driver.option(BUS).isEmpty()) {
            return Optional.of("it needs a bus and has no option " + BUS);
        }
        try {
            new ConfigurationLoader(List.of(descriptor(driver)));
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<Pi4jPlugin> plugin(Configuration.Provider provider) {
        return switch (provider) {
            case LINUX -> Optional.empty();
            case PI4J_FFM -> Optional.of(Pi4jPlugin.FFM);
        };
    }

    /** Reads configurations against what there is. */
    static ConfigurationLoader loader(Drivers drivers) {
        return new ConfigurationLoader(
                descriptors(drivers),
                OutputDrivers.builtIn().all().stream()
                        .map(driver -> descriptor(driver.descriptor()))
                        .toList(),
                provider -> plugin(provider).flatMap(each -> each.problem(drivers.loaders())));
    }

    /** What the configuration is checked against. */
    static List<io.pipit.config.DriverDescriptor> descriptors(Drivers drivers) {
        return drivers.all().stream()
                .map(Driver::descriptor)
                .map(DriverCatalogue::descriptor)
                .toList();
    }

    private static io.pipit.config.DriverDescriptor descriptor(DriverDescriptor driver) {
        return new io.pipit.config.DriverDescriptor(
                driver.name(),
                driver.option(BUS).isPresent(),
                driver.option(ADDRESS).isPresent(),
                driver.options().stream()
                        .filter(option ->
                                !option.name().equals(BUS) && !option.name().equals(ADDRESS))
                        .map(DriverCatalogue::option)
                        .toList(),
                (key, value) -> driver.option(key).flatMap(option -> option.problemWith(value)),
                driver.quantities().stream()
                        .map(quantity ->
                                new io.pipit.config.DriverDescriptor.Quantity(
                                        quantity.name(), quantity.unit()))
                        .toList());
    }

    private static io.pipit.config.DriverDescriptor.Option option(Option option) {
        String name = option.name();
        String text = option.description();
        var described =
                switch (option.kind()) {
                    case TEXT ->
                            option.choices().isEmpty()
                                    ? io.pipit.config.DriverDescriptor.Option.text(name, text)
                                    : io.pipit.config.DriverDescriptor.Option.choice(
                                            name,
                                            text,
                                            option.choices().stream()
                                                    .map(String::valueOf)
                                                    .toList());
                    case INTEGER ->
                            io.pipit.config.DriverDescriptor.Option.integer(
                                    name, text, (long) option.least(), (long) option.most());
                    case NUMBER ->
                            io.pipit.config.DriverDescriptor.Option.number(
                                    name, text, option.least(), option.most());
                    case FLAG -> io.pipit.config.DriverDescriptor.Option.flag(name, text);
                };
        if (option.required()) {
            return described.mandatory();
        }
        return option.fallback() == null ? described : described.orElse(option.fallback());
    }

    /**
     * The sensors as the sampler wants them; one that can't be read is among them, to be shown with
     * what is wrong like any other.
     */
    List<SensorSpec> specs(List<Configuration.Sensor> sensors) {
        List<SensorSpec> specs = new ArrayList<>();
        for (Configuration.Sensor sensor : sensors) {
            try {
                specs.add(spec(sensor));
            } catch (SensorException e) {
                specs.add(unreadable(sensor, e));
            }
        }
        return specs;
    }

    private static SensorSpec unreadable(Configuration.Sensor sensor, SensorException why) {
        return new SensorSpec(
                sensor.name(),
                "none:" + sensor.name(),
                sensor.every(),
                sensor.every(),
                sensor,
                () -> {
                    throw why;
                });
    }

    private SensorSpec spec(Configuration.Sensor sensor) throws SensorException {
        Driver driver = drivers.find(sensor.driver()).orElseThrow();
        Map<String, Object> given = new HashMap<>(sensor.options());
        sensor.bus().ifPresent(bus -> given.put(BUS, bus));
        sensor.address().ifPresent(address -> given.put(ADDRESS, (long) address));
        sensor.bus()
                .filter(simulated::serves)
                .ifPresent(
                        bus -> chips.fit(simulated, bus, sensor.address().orElseThrow(), driver));
        try {
            return DriverProbe.spec(
                    sensor.name(),
                    driver,
                    given,
                    sensor.every(),
                    Calibrated.rules(sensor, descriptor(driver.descriptor())),
                    hardware);
        } catch (RuntimeException | LinkageError e) {
            // It may be somebody else's: the other sensors are to be read all the same.
            throw new SensorException(
                    SensorException.Category.CONFIGURATION,
                    "the driver " + sensor.driver() + " is broken: " + e,
                    e);
        }
    }

    /** What they are opened on; actuators are, too. */
    Hardware hardware() {
        return hardware;
    }

    @Override
    public void close() {
        buses.forEach(Buses::close);
    }
}
