package io.pipit.sim;

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
}
