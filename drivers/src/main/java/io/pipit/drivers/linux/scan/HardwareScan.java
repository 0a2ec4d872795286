package io.pipit.drivers.linux.scan;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.Drivers;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.guide.SensorBlock;
import io.pipit.drivers.i2c.ChipId;
import io.pipit.drivers.i2c.Identified;
import io.pipit.drivers.kernel.KernelSources;
import io.pipit.drivers.linux.gpio.GpioChips;
import io.pipit.drivers.linux.i2c.I2cSurvey;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.scan.Finding.Fit;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One look at all that this machine has. A daemon may run meanwhile: what its configuration names
 * is left alone, and the kernel keeps one transfer apart from the next. One thread, once.
 */
public final class HardwareScan {

    /**
     * What is known of the node's configuration.
     *
     * @param sensors who is configured at a {@link Finding#place}, {@code i2c-1 0x76} and the like
     * @param names the names that sensors have already
     * @param isComplete whether that is all: where it may not be, no register is read, since that
     *     could come between two transfers of a sensor
     */
    public record Configured(Map<String, String> sensors, Set<String> names, boolean isComplete) {
        public Configured {
            sensors = Map.copyOf(sensors);
            names = Set.copyOf(names);
        }
    }

    private static final String CANNOT_CALL =
            "this Java cannot call the kernel, so I2C and GPIO are left out: start it with --enable-native-access=ALL-UNNAMED";
    private static final Pattern SPI_DEVICE = Pattern.compile("spidev([0-9]{1,2})\\.([0-9]{1,2})");

    private final Path root;
    private final Supplier<Optional<Kernel>> kernels;
    private final BusClock clock;
    private final Drivers drivers;
    private final Configured configured;
    private final Set<String> names;
    private final List<Finding> findings = new ArrayList<>();
    private final List<SensorException> problems = new ArrayList<>();

    /**
     * @param root where {@code dev} and {@code sys} are
     * @param drivers those that may fit
     */
    public HardwareScan(
            Path root,
            Supplier<Optional<Kernel>> kernels,
            BusClock clock,
            Drivers drivers,
            Configured configured) {
        this.root = root;
        this.kernels = kernels;
        this.clock = clock;
        this.drivers = drivers;
        this.configured = configured;
        this.names = new HashSet<>(configured.names());
    }

    /** Looks; takes some milliseconds for a bus, and seconds for one that hangs. */
    public List<Finding> look() throws InterruptedException {
        Optional<Kernel> kernel = kernels.get();
        if (kernel.isPresent()) {
            i2c(new I2cSurvey(root, kernel.get(), clock));
            gpio(new GpioChips(root, kernel.get()));
        } else {
            problems.add(new SensorException(Category.CONFIGURATION, CANNOT_CALL));
        }
        spi();
        for (KernelSources.Source source : KernelSources.in(root, problems)) {
            String place = source.kind() + " " + source.name();
            String sensor = configured.sensors().get(place);
            List<Fit> fits = new ArrayList<>();
            if (source.known() && sensor == null) {
                drivers.find(source.kind())
                        .ifPresent(driver ->
                                fits.add(fit(driver, "the kernel reads it", source.options())));
            }
            String what = source.known() ? "read by the kernel" : "not a thermometer";
            findings.add(
                    new Finding(
                            source.kind(),
                            place,
                            sensor == null ? what : what + ", configured as " + sensor,
                            fits));
        }
        return List.copyOf(findings);
    }

    /** What could not be looked at, and what to do. */
    public List<SensorException> problems() {
        return List.copyOf(problems);
    }

    private void i2c(I2cSurvey survey) {
        List<Integer> buses = survey.buses();
        if (buses.isEmpty()) {
            problems.add(new SensorException(Category.ABSENT, I2cSurvey.remedy()));
        }
        for (int bus : buses) {
            String name = "i2c-" + bus;
            try {
                I2cSurvey.Look look =
                        survey.at(
                                bus,
                                address -> configured.sensors().containsKey(place(name, address)),
                                this::questions);
                List<Finding> chips = new ArrayList<>();
                look.answers().forEach(answer -> chips.add(chip(name, answer)));
                configured
                        .sensors()
                        .forEach((place, sensor) -> {
                            if (place.startsWith(name + " ")) {
                                chips.add(
                                        new Finding(
                                                "i2c",
                                                place,
                                                "configured as " + sensor + ", left alone",
                                                List.of()));
                            }
                        });
                findings.add(
                        new Finding(
                                "i2c",
                                name,
                                (look.adapter().isEmpty() ? "a bus" : look.adapter())
                                        + (chips.isEmpty() ? ": nobody answers" : ""),
                                List.of()));
                chips.sort((one, other) -> one.place().compareTo(other.place()));
                findings.addAll(chips);
                if (!look.problem().isEmpty()) {
                    problems.add(
                            new SensorException(
                                    Category.IO, "bus " + name + ": " + look.problem()));
                }
            } catch (SensorException e) {
                problems.add(e);
            }
        }
    }

    private static String place(String bus, int address) {
        return "%s 0x%02x".formatted(bus, address);
    }

    private List<Driver> at(int address) {
        return drivers.all().stream()
                .filter(driver -> driver.descriptor().bus() == Bus.I2C)
                .filter(driver ->
                        driver.descriptor()
                                .option("address")
                                .filter(option -> option.problemWith((long) address).isEmpty())
                                .isPresent())
                .toList();
    }

    private Set<ChipId> questions(int address) {
        Set<ChipId> questions = new LinkedHashSet<>();
        if (configured.isComplete()) {
            for (Driver driver : at(address)) {
                if (driver instanceof Identified identified) {
                    questions.add(identified.chipId());
                }
            }
        }
        return questions;
    }

    private Finding chip(String bus, I2cSurvey.Answer answer) {
        String place = place(bus, answer.address());
        if (!answer.holder().isEmpty()) {
            return new Finding(
                    "i2c",
                    place,
                    "held by " + answer.holder() + ", not touched: see iio and hwmon",
                    List.of());
        }
        List<Driver> known = new ArrayList<>();
        List<Driver> possible = new ArrayList<>();
        for (Driver driver : at(answer.address())) {
            if (!(driver instanceof Identified identified)) {
                possible.add(driver);
            } else if (!configured.isComplete()) {
                possible.add(driver);
            } else if (isThat(identified.chipId(), answer)) {
                known.add(driver);
            }
        }
        Map<String, String> options =
                Map.of(
                        "bus",
                        SensorBlock.quoted(bus),
                        "address",
                        "0x%02x".formatted(answer.address()));
        List<Fit> fits =
                known.isEmpty()
                        ? possible.stream()
                                .map(driver -> fit(driver, "its address alone", options))
                                .toList()
                        : known.stream()
                                .map(driver -> fit(driver, "the chip's ID", options))
                                .toList();
        return new Finding("i2c", place, "answers" + shown(answer.ids()), fits);
    }

    private static boolean isThat(ChipId id, I2cSurvey.Answer answer) {
        Integer read = answer.ids().get(id);
        return read != null && id.fits(read);
    }

    private static String shown(Map<ChipId, Integer> ids) {
        Set<String> all = new TreeSet<>();
        ids.forEach((id, read) ->
                all.add(
                        (id.bytes() == 1
                                        ? "register 0x%02x is 0x%02x"
                                        : "register 0x%02x is 0x%04x")
                                .formatted(id.register(), read)));
        return all.isEmpty() ? "" : "; " + String.join(", ", all);
    }

    private void gpio(GpioChips chips) {
        try {
            for (GpioChips.Listing chip : chips.list()) {
                findings.add(
                        new Finding(
                                "gpio",
                                chip.name(),
                                chip.label() + ", " + chip.lines().size() + " lines",
                                List.of()));
                chip.lines().forEach(line -> findings.add(line(chip, line)));
            }
        } catch (SensorException e) {
            problems.add(e);
        }
    }

    private Finding line(GpioChips.Listing chip, GpioChips.Line line) {
        String called = line.name().isEmpty() ? "" : line.name() + ", ";
        List<Fit> fits = List.of();
        if (line.user().isEmpty()) {
            String number = Integer.toString(line.number());
            Map<String, String> options =
                    chip.isHeader()
                            ? Map.of("line", number)
                            : Map.of("line", number, "chip", SensorBlock.quoted(chip.label()));
            fits =
                    drivers.all().stream()
                            .filter(driver -> driver.descriptor().bus() == Bus.GPIO)
                            .map(driver ->
                                    fit(
                                            driver,
                                            driver.descriptor().name() + "-" + number,
                                            "the line is free",
                                            options))
                            .toList();
        }
        return new Finding(
                "gpio",
                chip.name() + " line " + line.number(),
                called + (line.user().isEmpty() ? "free" : "in use by " + line.user()),
                fits);
    }

    private void spi() {
        Set<Path> devices = new TreeSet<>();
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(root.resolve("dev"), "spidev*")) {
            found.forEach(devices::add);
        } catch (IOException e) {
            // None, then.
        }
        for (Path device : devices) {
            Matcher name = SPI_DEVICE.matcher(device.getFileName().toString());
            if (name.matches()) {
                Map<String, String> options =
                        Map.of(
                                "bus",
                                SensorBlock.quoted("spi-" + name.group(1)),
                                "chip-select",
                                name.group(2));
                String place = "spi-%s chip select %s".formatted(name.group(1), name.group(2));
                String sensor = configured.sensors().get(place);
                findings.add(
                        sensor == null
                                ? new Finding(
                                        "spi",
                                        place,
                                        "there is no asking over SPI who is there",
                                        drivers.all().stream()
                                                .filter(driver ->
                                                        driver.descriptor().bus() == Bus.SPI)
                                                .map(driver ->
                                                        fit(
                                                                driver,
                                                                "any chip may be there",
                                                                options))
                                                .toList())
                                : new Finding(
                                        "spi",
                                        place,
                                        "configured as " + sensor + ", left alone",
                                        List.of()));
            }
        }
    }

    private Fit fit(Driver driver, String because, Map<String, String> options) {
        return fit(driver, driver.descriptor().name(), because, options);
    }

    /**
     * @param wanted what the sensor is called, unless there is one with that name
     */
    private Fit fit(Driver driver, String wanted, String because, Map<String, String> options) {
        DriverDescriptor descriptor = driver.descriptor();
        Map<String, String> known =
                options.entrySet().stream()
                        .filter(option -> descriptor.option(option.getKey()).isPresent())
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        String name = wanted;
        for (int i = 2; !names.add(name); i++) {
            name = wanted + "-" + i;
        }
        return new Fit(descriptor.name(), because, SensorBlock.block(descriptor, name, known));
    }
}
