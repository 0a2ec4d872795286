package io.pipit.wire.compact;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pipit.wire.WireException;

/** Readings as columns, as peers send them. */
class CompactSliceFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void reads(byte[] bytes) {
        try {
            int entries = CompactSlice.decode(bytes).entries().size();
            if (entries > CompactSlice.ENTRIES_MAX) {
                throw new AssertionError(entries + " entries");
            }
        } catch (WireException e) {
            // What it is for.
        }
    }
}
