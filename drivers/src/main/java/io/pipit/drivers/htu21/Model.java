package io.pipit.drivers.htu21;

import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.i2c.I2cSensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The two chips, and how to tell them and their relatives apart. */
enum Model {
    HTU21D("htu21", "TE HTU21D"),
    SI7021("si7021", "Silicon Labs Si7021");

    /** SNB_3 of the electronic serial number (Si7021-A20 datasheet section 5.3). */
    private static final Map<Integer, String> SILICON_LABS =
            Map.of(0x0D, "Si7013", 0x14, "Si7020", 0x15, "Si7021", 0x06, "Si7006");

    private final String driver;
    private final String title;

    Model(String driver, String title) {
        this.driver = driver;
        this.title = title;
    }

    DriverDescriptor descriptor() {
        return new DriverDescriptor(
                driver,
                title + ": temperature and humidity of the air, over I2C.",
                Bus.I2C,
                List.of(
                        new Quantity("temperature", "Cel", "air temperature, -40 to 125"),
                        new Quantity("humidity", "%RH", "relative humidity, 0 to 100")),
                List.of(Option.i2cBus(), Option.i2cAddress("It has no other.", 0x40, 0x40)));
    }

    Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return I2cSensor.open(
                settings, hardware, device -> new Htu21Sensor(this, device, hardware.clock()));
    }

    /** What is wrong where a chip has this in its serial number, or null where nothing is. */
    @Nullable String complaintAbout(int deviceCode) {
        String other = SILICON_LABS.get(deviceCode);
        if (this == HTU21D) {
            // An HTU21D has 0x32 there, its imitations and the SHT21 something else.
            return other == null ? null : "is a %s, not an HTU21D".formatted(other) + advice(other);
        }
        if (deviceCode == 0x15) {
            return null;
        }
        return other == null
                ? "is not a Si7021 (device code 0x%02x) but may be an HTU21D; set driver = \"htu21\""
                        .formatted(deviceCode)
                : "is a %s, not a Si7021".formatted(other);
    }

    private static String advice(String other) {
        return other.equals("Si7021") ? "; set driver = \"si7021\"" : "";
    }
}
