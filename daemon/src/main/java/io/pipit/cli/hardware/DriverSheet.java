package io.pipit.cli.hardware;

import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Table;
import io.pipit.config.text.Spelling;
import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Drivers;
import io.pipit.drivers.Option;
import io.pipit.drivers.guide.SensorBlock;
import io.pipit.drivers.output.OutputDriver;
import io.pipit.drivers.output.OutputDrivers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The drivers that a sensor or an actuator may have: all of them in a table, or one with all that
 * it takes.
 */
public final class DriverSheet {
    /** In the table of all; the widest driver has a dozen. */
    private static final int QUANTITIES_SHOWN = 4;

    private final Surroundings surroundings;
    private final List<DriverDescriptor> drivers;
    private final UnaryOperator<String> origins;
    private final List<String> problems;
    private final boolean outputs;

    /** Those of sensors. */
    public DriverSheet(Surroundings surroundings) {
        Drivers catalogue = surroundings.catalogue();
        this.surroundings = surroundings;
        drivers = catalogue.all().stream().map(Driver::descriptor).toList();
        origins = catalogue::origin;
        problems = catalogue.problems();
        outputs = false;
    }

    /** Those of actuators. */
    public DriverSheet(Surroundings surroundings, OutputDrivers catalogue) {
        this.surroundings = surroundings;
        drivers = catalogue.all().stream().map(OutputDriver::descriptor).toList();
        origins = name -> "";
        problems = List.of();
        outputs = true;
    }

    /**
     * Prints them.
     *
     * @param name of the one that is wanted; empty for all
     */
    public void print(String name, boolean json) throws Failure {
        List<DriverDescriptor> wanted = new ArrayList<>();
        if (name.isEmpty()) {
            wanted.addAll(drivers);
        } else {
            wanted.add(find(name));
        }
        if (json) {
            surroundings.json(wanted.stream().map(this::document).toList());
        } else {
            surroundings.out().print(name.isEmpty() ? table(wanted) : sheet(wanted.getFirst()));
            surroundings.flush();
        }
        problems.forEach(problem -> surroundings.err().println("pipit: " + problem));
    }

    private DriverDescriptor find(String name) throws Failure {
        List<String> names = drivers.stream().map(DriverDescriptor::name).toList();
        return drivers.stream()
                .filter(driver -> driver.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new Failure(
                                Failure.USAGE,
                                "no driver is called '"
                                        + name
                                        + "': "
                                        + Spelling.hint(name, names)));
    }

    private String table(List<DriverDescriptor> all) {
        Table table = new Table("driver", "bus", outputs ? "sets" : "measures", "what it is");
        for (DriverDescriptor driver : all) {
            table.row(driver.name(), bus(driver), measures(driver), driver.summary());
        }
        return table.text(surroundings.colours())
                + "\n'pipit "
                + (outputs ? "actuators" : "sensors")
                + " --drivers NAME' prints one with its options and an example.\n";
    }

    private static String measures(DriverDescriptor driver) {
        int more = driver.quantities().size() - QUANTITIES_SHOWN;
        return driver.quantities().stream()
                        .limit(QUANTITIES_SHOWN)
                        .map(quantity -> quantity.name() + " " + quantity.unit())
                        .collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more" : "");
    }

    private static String bus(DriverDescriptor driver) {
        return switch (driver.bus()) {
            case NONE -> "-";
            case ONE_WIRE -> "1-wire";
            case OWN_LINES -> "gpio";
            default -> driver.bus().name().toLowerCase(Locale.ROOT);
        };
    }

    private String sheet(DriverDescriptor driver) {
        boolean colours = surroundings.colours();
        Table quantities = new Table("quantity", "unit", "about");
        for (Quantity quantity : driver.quantities()) {
            quantities.row(quantity.name(), quantity.unit(), quantity.description());
        }
        Table options = new Table("option", "default", "allowed", "about");
        for (Option option : driver.options()) {
            options.row(option.name(), fallback(option), option.allowed(), option.description());
        }
        String origin = origins.apply(driver.name());
        return driver.summary()
                + (origin.isEmpty() ? "" : "\nFrom " + origin)
                + "\n\n"
                + quantities.text(colours)
                + "\n"
                + (options.isEmpty() ? "" : options.text(colours) + "\n")
                + example(driver);
    }

    private String example(DriverDescriptor driver) {
        return outputs ? SensorBlock.actuator(driver) : SensorBlock.example(driver);
    }

    private static String fallback(Option option) {
        Object value = option.fallback();
        if (value != null) {
            return option.literal(value);
        }
        return option.required() ? "(must be given)" : "-";
    }

    private Map<String, Object> document(DriverDescriptor driver) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("driver", driver.name());
        all.put("summary", driver.summary());
        all.put("bus", bus(driver));
        String origin = origins.apply(driver.name());
        if (!origin.isEmpty()) {
            all.put("jar", origin);
        }
        all.put("quantities", driver.quantities().stream().map(DriverSheet::document).toList());
        all.put("options", driver.options().stream().map(DriverSheet::document).toList());
        all.put("example", example(driver));
        return all;
    }

    private static Map<String, Object> document(Quantity quantity) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("name", quantity.name());
        all.put("unit", quantity.unit());
        all.put("description", quantity.description());
        return all;
    }

    private static Map<String, Object> document(Option option) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("name", option.name());
        all.put("type", option.kind().name().toLowerCase(Locale.ROOT));
        all.put("required", option.required());
        Object fallback = option.fallback();
        if (fallback != null) {
            all.put("default", fallback);
        }
        if (!Double.isInfinite(option.least())) {
            all.put("least", number(option, option.least()));
        }
        if (!Double.isInfinite(option.most())) {
            all.put("most", number(option, option.most()));
        }
        if (!option.choices().isEmpty()) {
            all.put("choices", option.choices());
        }
        all.put("description", option.description());
        all.put("example", option.example());
        return all;
    }

    private static Number number(Option option, double bound) {
        return option.kind() == Option.Kind.INTEGER ? (Number) (long) bound : (Number) bound;
    }
}
