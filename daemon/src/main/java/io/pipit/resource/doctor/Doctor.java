package io.pipit.resource.doctor;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;

/** Tries each thing that the node needs, for real. Thread-safe. */
public interface Doctor {
    /** What came of one try. */
    enum State {
        /** It works. */
        OK,
        /** It works, or isn't needed now; but it should be better. */
        DOUBTFUL,
        /** It doesn't work. */
        FAILED,
        /** It isn't wanted, by the configuration. */
        OFF;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One try.
     *
     * @param part what kind of thing: {@code clock}, {@code store}, {@code peer} …
     * @param what which one, in words
     * @param says what was seen, in one line
     * @param remedy what to do, in one line; empty where nothing is to be done
     */
    record Finding(String part, String what, State state, String says, String remedy) {
        /** One that needs nothing. */
        public static Finding ok(String part, String what, String says) {
            return new Finding(part, what, State.OK, says, "");
        }
    }

    /**
     * Tries all of it; takes some seconds where somebody doesn't answer, and never fails: what
     * can't be tried is a finding.
     */
    CompletionStage<List<Finding>> examine();
}
