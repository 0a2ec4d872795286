package io.pipit.drivers.mhz19;

import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.serial.SerialDevice;
import io.pipit.drivers.serial.WarmUp;
import java.time.Duration;
import java.util.List;

/** The driver {@code mh-z19}: carbon dioxide, over a serial port. */
public final class Mhz19Driver implements Driver {

    private static final int BAUD = 9600;

    /** Three minutes by the datasheet of the MH-Z19B, one by that of the MH-Z19C. */
    private static final int WARM_UP_S = 180;

    private static final int WARM_UP_S_MAX = 300;

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "mh-z19",
                "Winsen MH-Z19B, MH-Z19C: carbon dioxide, over a serial port.",
                Bus.SERIAL,
                List.of(new Quantity("carbon-dioxide", "ppm", "up to its range")),
                List.of(
                        SerialDevice.port(),
                        Option.integer("range", "The most that it measures, in ppm.")
                                .oneOf(2000, 5000, 10_000)
                                .byDefault(5000)
                                .example("5000"),
                        Option.flag(
                                        "self-calibration",
                                        "Whether it takes the least of each day for 400 ppm: for rooms that are aired, not for greenhouses.")
                                .byDefault(true)
                                .example("false"),
                        WarmUp.option(WARM_UP_S, WARM_UP_S_MAX)));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return WarmUp.open(
                settings,
                hardware,
                BAUD,
                device -> {
                    Mhz19Sensor sensor =
                            new Mhz19Sensor(
                                    device,
                                    settings.integer("range"),
                                    settings.flag("self-calibration"));
                    sensor.start();
                    return sensor;
                });
    }

    /** It waits until the device is warm, on the thread of its port, which nobody else has. */
    @Override
    public Duration readingMax() {
        return Duration.ofSeconds(WARM_UP_S_MAX + 10);
    }
}
