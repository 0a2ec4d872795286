package io.pipit.sim;

import org.jspecify.annotations.Nullable;

/** What stands at the core's ports; a fault is another one of these. */
interface Fakes {
    /** As they should be. */
    Fakes RIGHT = new Fakes() {};

    default SimStore store(Simulation sim, SimProcess process, SimDisk disk) {
        return new SimStore(sim, process, disk);
    }

    default SimLinks links(Simulation sim, SimProcess process) {
        return new SimLinks(sim, process);
    }

    /** Null where there is no TCP. */
    default @Nullable SimStreams streams(Simulation sim, SimProcess process) {
        return new SimStreams(sim, process);
    }

    /** Makes what stands at the store's port. */
    @FunctionalInterface
    interface Stores {
        SimStore store(Simulation sim, SimProcess process, SimDisk disk);
    }

    /** As they should be but for the store. */
    static Fakes but(Stores stores) {
        return new Fakes() {
            @Override
            public SimStore store(Simulation sim, SimProcess process, SimDisk disk) {
                return stores.store(sim, process, disk);
            }
        };
    }
}
