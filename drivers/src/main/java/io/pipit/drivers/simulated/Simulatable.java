package io.pipit.drivers.simulated;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.world.World;

/**
 * What a {@link io.pipit.drivers.Driver} is besides where it brings a simulated chip along, so that
 * {@code bus = "simulated"} works for it. Has no state of its own; any thread.
 */
@FunctionalInterface
public interface Simulatable {

    /**
     * A chip that suits the driver, fresh from its power-on.
     *
     * @param clock what its conversions take their time from
     * @param world what it measures
     * @param seed what this chip, and those that take its place, are like
     */
    SimulatedChip simulated(BusClock clock, World world, long seed);
}
