package io.pipit.coap;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** What lives on this process's heap. */
final class Heap {
    private static final double BYTES_PER_MIB = 1 << 20;

    /** Columns of the JVM's list of classes. */
    private static final int INSTANCES = 1;

    private static final int BYTES = 2;
    private static final int NAME = 3;

    private Heap() {}

    /** MiB that are left after a collection. */
    static double liveMib() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / BYTES_PER_MIB;
    }

    /** Objects of exactly that class that are left after a collection. */
    static long live(Class<?> of) {
        return histogram(of.getName(), INSTANCES);
    }

    /** Bytes that arrays of bytes take after a collection. */
    static long liveArrayBytes() {
        return histogram(byte[].class.getName(), BYTES);
    }

    private static long histogram(String name, int column) {
        try {
            Object text =
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                    "gcClassHistogram",
                                    new Object[] {new String[0]},
                                    new String[] {String[].class.getName()});
            return text.toString()
                    .lines()
                    .map(line -> line.strip().split(" +", -1))
                    .filter(line -> line.length > NAME && line[NAME].equals(name))
                    .mapToLong(line -> Long.parseLong(line[column]))
                    .sum();
        } catch (JMException e) {
            throw new AssertionError(e);
        }
    }
}
