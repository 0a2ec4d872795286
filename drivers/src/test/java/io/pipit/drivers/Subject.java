package io.pipit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.simulated.Simulatable;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.world.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A driver under test: how it is configured, and what it must measure of a world. Made with a
 * driver, then told more.
 */
final class Subject {

    /** What a quantity is in truth, and how far from it a measurement may be. */
    private record Truth(ToDoubleFunction<World> value, double absolute, double relative) {}

    final Driver driver;
    private final Map<String, Object> options = new HashMap<>(Map.of("bus", "simulated"));
    private final Map<String, Truth> truths = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private boolean noticesStalling = true;
    private boolean knowable = true;

    Subject(Driver driver) {
        this.driver = driver;
    }

    Subject with(String option, Object value) {
        options.put(option, value);
        return this;
    }

    Subject measures(
            String quantity, ToDoubleFunction<World> truth, double absolute, double relative) {
        names.add(quantity);
        truths.put(quantity, new Truth(truth, absolute, relative));
        return this;
    }

    /** It has no way to say that it does not measure any more. */
    Subject cannotSayThatItIsStuck() {
        noticesStalling = false;
        return this;
    }

    /** Whatever answers at its address could be it. */
    Subject hasNothingToKnowItBy() {
        knowable = false;
        return this;
    }

    boolean isKnowable() {
        return knowable;
    }

    boolean noticesStalling() {
        return noticesStalling;
    }

    SimulatedChip chip(BusClock clock, World world, long seed) {
        return ((Simulatable) driver).simulated(clock, world, seed);
    }

    SensorSettings settings() throws SensorException {
        return SensorSettings.of("it", driver.descriptor(), options);
    }

    int address() throws SensorException {
        return settings().integer("address");
    }

    /**
     * Each value is right, is called as it should be, and has the unit that the driver promises.
     */
    void check(List<Measurement> measured, World world) {
        assertThat(measured).extracting(Measurement::quantity).containsExactlyElementsOf(names);
        for (Measurement one : measured) {
            Truth truth = truths.get(one.quantity());
            double value = truth.value().applyAsDouble(world);
            double off = Math.abs(one.value() - value);
            if (!(off <= truth.absolute() + truth.relative() * Math.abs(value))) {
                throw new AssertionError(
                        "%s: a %s of %s, measured as %s"
                                .formatted(this, one.quantity(), value, one.value()));
            }
            assertThat(one.unit()).isEqualTo(promised(one.quantity()));
        }
    }

    private String promised(String quantity) {
        for (Quantity promise : driver.descriptor().quantities()) {
            String name = promise.name();
            if (name.equals(quantity)
                    || (name.endsWith("*")
                            && quantity.startsWith(name.substring(0, name.length() - 1)))) {
                return promise.unit();
            }
        }
        throw new AssertionError(this + " promises no " + quantity);
    }

    @Override
    public String toString() {
        return driver.descriptor().name();
    }
}
