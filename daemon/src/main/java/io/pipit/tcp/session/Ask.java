package io.pipit.tcp.session;

import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Part.FileRange;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request of this side.
 *
 * @param code {@link Frame#GET} and so on
 * @param options with Observe where the answers are to go on
 * @param payload what is sent from memory
 * @param range what is sent from a file, in place of the payload; null where that is all
 * @param patience how long to wait for the first answer
 */
public record Ask(
        int code,
        Options options,
        byte[] payload,
        @Nullable FileRange range,
        Duration patience,
        Outcome outcome) {
    private static final byte[] NOTHING = {};

    /** Without payload. */
    public Ask(int code, Options options, Duration patience, Outcome outcome) {
        this(code, options, NOTHING, null, patience, outcome);
    }

    /** It was never sent, and won't be. */
    public void fail(String reason) {
        unsent();
        outcome.failed(reason);
    }

    /** It was never sent, and nobody wants to know. */
    public void unsent() {
        if (range != null) {
            range.release().run();
        }
    }

    /**
     * What becomes of it. Called on the event loop; {@link #failed} at most once, and nothing after
     * that.
     */
    public interface Outcome {
        /** An answer of whatever code; of an observation each. */
        void answered(Frame answer);

        /** None, or no more of them. */
        void failed(String reason);

        /**
         * Takes a large answer's payload as it arrives; {@link #answered} follows when it is there,
         * with an empty payload.
         *
         * @param bytes how many will come
         * @return null where such a large one isn't wanted: that fails the request
         */
        default @Nullable Intake intake(Frame head, int bytes) {
            return null;
        }
    }
}
