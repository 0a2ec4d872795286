package io.pipit.cli.hardware;

import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import io.pipit.config.Configuration;
import io.pipit.config.LoadedConfiguration;
import io.pipit.drivers.BusClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.linux.kernel.NativeKernel;
import io.pipit.drivers.linux.scan.Finding;
import io.pipit.drivers.linux.scan.Finding.Fit;
import io.pipit.drivers.linux.scan.HardwareScan;
import io.pipit.drivers.linux.scan.HardwareScan.Configured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is connected to this machine, with the sensors that could be configured for it. The command
 * looks for itself rather than ask the daemon: it works without one, and shows what the user who
 * asks may use.
 */
public final class ScanSheet {
    /** The option that selects what the kernel reads, by driver. */
    private static final Map<String, String> KERNEL_SOURCES =
            Map.of("w1", "id", "hwmon", "chip", "iio", "device", "thermal", "zone");

    private final Surroundings surroundings;
    private final ConfigurationFile file;
    private final Path root;
    private final List<String> notes = new ArrayList<>();

    public ScanSheet(Surroundings surroundings, ConfigurationFile file, Path root) {
        this.surroundings = surroundings;
        this.file = file;
        this.root = root;
    }

    /**
     * Looks and prints.
     *
     * @return the exit code: whether all could be looked at that is there
     */
    public int print(boolean json) {
        HardwareScan scan =
                new HardwareScan(
                        root,
                        NativeKernel::find,
                        new Waits(surroundings),
                        surroundings.catalogue(),
                        configured());
        List<Finding> findings;
        try {
            findings = scan.look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Failure.FAILED;
        }
        scan.problems().forEach(problem -> notes.add(problem.getMessage()));
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("findings", findings.stream().map(ScanSheet::document).toList());
            all.put("problems", notes);
            surroundings.json(all);
        } else {
            surroundings.out().print(text(findings));
            surroundings.flush();
            notes.forEach(note -> surroundings.err().println("pipit: " + note));
        }
        boolean denied =
                scan.problems().stream()
                        .anyMatch(p -> p.category() == SensorException.Category.DENIED);
        return denied ? Failure.NOT_ALLOWED : 0;
    }

    private record Waits(Surroundings surroundings) implements BusClock {
        @Override
        public long nanoTime() {
            return surroundings.nanoTime().getAsLong();
        }

        @Override
        public void pause(Duration length) throws InterruptedException {
            Thread.sleep(length);
        }
    }

    private Configured configured() {
        if (Files.notExists(file.path())) {
            return new Configured(Map.of(), Set.of(), true);
        }
        if (!(file.read() instanceof LoadedConfiguration.Accepted(Configuration configuration))) {
            notes.add(
                    file.path()
                            + " can't be read or is wrong, so it isn't known which chips a daemon"
                            + " is reading: no ID is asked for. See 'pipit check', or use sudo");
            return new Configured(Map.of(), Set.of(), false);
        }
        Map<String, String> sensors = new HashMap<>();
        Set<String> names = new HashSet<>();
        for (Configuration.Sensor sensor : configuration.sensors()) {
            names.add(sensor.name());
            place(sensor)
                    .ifPresent(place ->
                            sensors.put(place, sensor.name() + " (" + sensor.driver() + ")"));
        }
        return new Configured(sensors, names, true);
    }

    /** Where a sensor is, as a finding has it; empty where a name alone doesn't say so. */
    private static Optional<String> place(Configuration.Sensor sensor) {
        if (sensor.bus().isPresent()) {
            String bus = sensor.bus().get();
            return Optional.of(
                    sensor.address().isPresent()
                            ? "%s 0x%02x".formatted(bus, sensor.address().getAsInt())
                            : "%s chip select %d"
                                    .formatted(bus, sensor.integer("chip-select").orElse(0)));
        }
        String selects = KERNEL_SOURCES.get(sensor.driver());
        return selects == null || sensor.text("location").isPresent()
                ? Optional.empty()
                : sensor.text(selects).map(name -> sensor.driver() + " " + name);
    }

    private String text(List<Finding> findings) {
        if (findings.isEmpty()) {
            return "nothing is connected that can be found\n";
        }
        Table table = new Table("place", "what is there", "driver");
        StringBuilder blocks = new StringBuilder();
        Set<String> chips = new HashSet<>();
        for (Finding finding : findings) {
            String fitting =
                    finding.fits().stream().map(Fit::driver).collect(Collectors.joining(" or "));
            table.row(finding.place(), finding.what(), fitting.isEmpty() ? "-" : fitting);
            // One for each line would be dozens that differ in a number.
            boolean isShown =
                    !finding.fits().isEmpty()
                            && (!finding.kind().equals("gpio")
                                    || chips.add(finding.place().replaceAll(" .*", "")));
            if (isShown) {
                blocks.append('\n').append(block(finding));
            }
        }
        return table.text(surroundings.colours()) + blocks;
    }

    private static String block(Finding finding) {
        Fit first = finding.fits().getFirst();
        StringBuilder block = new StringBuilder("# ");
        block.append(Printable.text(finding.place())).append(", by ").append(first.because());
        String others =
                finding.fits().stream().skip(1).map(Fit::driver).collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            block.append("; the driver may as well be ").append(others);
        }
        return block.append('\n').append(first.toml()).toString();
    }

    private static Map<String, Object> document(Finding finding) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", finding.kind());
        all.put("place", finding.place());
        all.put("what", finding.what());
        List<Map<String, Object>> fits = new ArrayList<>();
        for (Fit fit : finding.fits()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("driver", fit.driver());
            one.put("because", fit.because());
            one.put("toml", fit.toml());
            fits.add(one);
        }
        all.put("fits", fits);
        return all;
    }
}
