package io.pipit.drivers.pms5003;

import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.serial.SerialDevice;
import io.pipit.drivers.serial.WarmUp;
import java.time.Duration;
import java.util.List;

/** The driver {@code pms5003}: fine dust, over a serial port. */
public final class Pms5003Driver implements Driver {

    private static final int BAUD = 9600;

    /** By the manual, until its fan turns evenly. */
    private static final int WARM_UP_S = 30;

    private static final int WARM_UP_S_MAX = 300;

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "pms5003",
                "Plantower PMS5003, PMS7003: fine dust, over a serial port.",
                Bus.SERIAL,
                List.of(
                        new Quantity("pm1", "ug/m3", "particles up to 1 um, 0 to 1000"),
                        new Quantity("pm2-5", "ug/m3", "particles up to 2.5 um, 0 to 1000"),
                        new Quantity("pm10", "ug/m3", "particles up to 10 um, 0 to 1000")),
                List.of(SerialDevice.port(), WarmUp.option(WARM_UP_S, WARM_UP_S_MAX)));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return WarmUp.open(
                settings,
                hardware,
                BAUD,
                device -> {
                    Pms5003Sensor sensor = new Pms5003Sensor(device);
                    sensor.check();
                    return sensor;
                });
    }

    /** It waits until the device is warm, on the thread of its port, which nobody else has. */
    @Override
    public Duration readingMax() {
        return Duration.ofSeconds(WARM_UP_S_MAX + 15);
    }
}
