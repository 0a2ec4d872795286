package io.pipit.drivers.kernel;

import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.kernel.Inputs.Input;
import java.nio.file.Path;
import java.util.List;

/**
 * The driver {@code thermal}: a thermal zone of the kernel, found by its type (the kernel's
 * Documentation/driver-api/thermal/sysfs-api.rst). Of several with the same type it is the one with
 * the lowest number, since nothing else tells them apart.
 */
public final class ThermalDriver implements Driver {

    /** Colder than any board works; zones without a sensor say -273.2 and the like. */
    static final double CELSIUS_MIN = -60;

    /** Hotter than any chip survives. */
    static final double CELSIUS_MAX = 200;

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "thermal",
                "A thermal zone of the kernel, such as the processor's.",
                Bus.NONE,
                List.of(new Quantity("temperature", "Cel", "of the zone")),
                List.of(
                        Option.text(
                                        "zone",
                                        "The zone's type, as in"
                                                + " /sys/class/thermal/thermal_zone*/type.")
                                .byDefault("cpu-thermal")
                                .example("\"cpu-thermal\"")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        String wanted = settings.text("zone");
        NamedDevices zones = zones(hardware.root());
        Path zone = zones.first(wanted).orElseThrow(() -> zones.absent("\"" + wanted + "\""));
        return new Inputs(
                List.of(
                        new Input(
                                "temperature",
                                "Cel",
                                CELSIUS_MIN,
                                CELSIUS_MAX,
                                () -> KernelFiles.number(zone.resolve("temp")) / 1000)));
    }

    static NamedDevices zones(Path root) throws SensorException, InterruptedException {
        return NamedDevices.in(
                root.resolve("sys/class/thermal"), "thermal_zone", "type", "thermal zone");
    }
}
