package io.pipit.drivers.simulated.chip;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.SimulatedBus;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.SimulatedI2c;
import java.util.Optional;

/**
 * Puts onto the simulated buses the chips that a configuration expects there. For the composition
 * root, before the sensors are opened.
 */
public final class SimulatedChips {

    private final BusClock clock;
    private final Climate climate;
    private final long seed;

    public SimulatedChips(BusClock clock, Climate climate, long seed) {
        this.clock = clock;
        this.climate = climate;
        this.seed = seed;
    }

    /**
     * Connects a chip that suits a driver, where the address is free.
     *
     * @return false where no chip is simulated for this driver; its sensor then finds nobody there
     */
    public boolean fit(SimulatedI2c buses, String bus, int address, String driver) {
        Optional<SimulatedChip> chip = chipFor(driver, seed + address);
        SimulatedBus wires = buses.bus(bus);
        if (chip.isPresent() && !wires.isTaken(address)) {
            wires.attach(address, chip.get());
        }
        return chip.isPresent();
    }

    private Optional<SimulatedChip> chipFor(String driver, long chipSeed) {
        return switch (driver) {
            case "bme280" -> Optional.of(new SimulatedBme280(clock, climate::now, chipSeed));
            case "bmp280" -> Optional.of(new SimulatedBmp280(clock, climate::now, chipSeed));
            default -> Optional.empty();
        };
    }
}
