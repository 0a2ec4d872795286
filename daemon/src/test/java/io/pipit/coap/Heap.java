package io.pipit.coap;

import java.lang.management.ManagementFactory;

/** What lives on this process's heap. */
final class Heap {
    private static final double BYTES_PER_MIB = 1 << 20;

    private Heap() {}

    /** MiB that are left after a collection. */
    static double liveMib() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / BYTES_PER_MIB;
    }
}
