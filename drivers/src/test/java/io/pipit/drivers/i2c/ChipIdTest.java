package io.pipit.drivers.i2c;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.Driver;
import io.pipit.drivers.Drivers;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.StillWorld;
import io.pipit.drivers.simulated.Simulatable;
import io.pipit.drivers.simulated.SimulatedI2c;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChipIdTest {

    @Test
    void tellsEachChipThatHasOneFromAllOthersAtItsAddresses() throws Exception {
        List<Driver> all = List.copyOf(Drivers.load(getClass().getClassLoader()).all());
        int identified = 0;
        for (Driver driver : all) {
            if (driver instanceof Identified known) {
                identified++;
                List<String> fitting = new ArrayList<>();
                for (Driver other : all) {
                    if (other instanceof Simulatable chip
                            && haveACommonAddress(driver, other)
                            && fits(known.chipId(), chip)) {
                        fitting.add(other.descriptor().name());
                    }
                }
                assertThat(fitting).containsExactly(driver.descriptor().name());
            }
        }
        assertThat(identified).isGreaterThanOrEqualTo(8);
    }

    private static boolean haveACommonAddress(Driver one, Driver other) {
        return IntStream.rangeClosed(0x08, 0x77)
                .anyMatch(address -> isAt(one, address) && isAt(other, address));
    }

    private static boolean isAt(Driver driver, long address) {
        return driver.descriptor()
                .option("address")
                .filter(option -> option.problemWith(address).isEmpty())
                .isPresent();
    }

    private static boolean fits(ChipId id, Simulatable simulatable) throws Exception {
        ManualClock clock = new ManualClock();
        SimulatedI2c buses = new SimulatedI2c();
        buses.bus("simulated").attach(0x40, simulatable.simulated(clock, new StillWorld(), 1));
        Hardware hardware = new Hardware(Path.of("/"), Path.of("/"), clock, List.of(buses));
        try (buses;
                I2cDevice device = I2cDevice.open(hardware, "simulated", 0x40)) {
            int read = 0;
            for (byte next : device.read(id.register(), id.bytes())) {
                read = (read << 8) | (next & 0xFF);
            }
            return id.fits(read);
        } catch (SensorException e) {
            return false;
        }
    }
}
