package io.pipit.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A program whose cost is measured. */
interface Contender {
    /** As tables call it. */
    String name();

    /** Why it can't take part here; null where it can. */
    @Nullable String missing() throws IOException;

    /** What it takes on a disk, with or without what it runs on: as its row in the table says. */
    String installed() throws IOException;

    /** Starts it in a folder of its own, and returns at once. */
    Run start(Path folder) throws Exception;

    /** One that was started. */
    interface Run extends AutoCloseable {
        Child child();

        /** Asks it something that only a program that is up answers; waits a few milliseconds. */
        boolean answers();

        /** Makes ready for readings: whoever brings them and whoever gets them is there. */
        void load() throws Exception;

        /** Brings one reading, where it doesn't take them by itself. */
        void reading(int number) throws Exception;

        @Override
        void close();
    }
}
