package io.pipit.drivers.simulated;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Driver;
import io.pipit.drivers.simulated.world.World;

/**
 * Puts onto the simulated buses the chips that a configuration expects there. For the composition
 * root, before the sensors are opened.
 */
public final class SimulatedChips {

    private final BusClock clock;
    private final World world;
    private final long seed;

    public SimulatedChips(BusClock clock, World world, long seed) {
        this.clock = clock;
        this.world = world;
        this.seed = seed;
    }

    /**
     * Connects a chip that suits a driver, where the address is free.
     *
     * @return false where no chip is simulated for this driver; its sensor then finds nobody there
     */
    public boolean fit(SimulatedI2c buses, String bus, int address, Driver driver) {
        if (!(driver instanceof Simulatable simulatable)) {
            return false;
        }
        SimulatedBus wires = buses.bus(bus);
        if (!wires.isTaken(address)) {
            wires.attach(address, simulatable.simulated(clock, world, seed + address));
        }
        return true;
    }
}
