package io.pipit.resource.exchange;

import io.pipit.wire.ProblemDetails;
import io.pipit.wire.WireException;

/**
 * What a peer answers.
 *
 * @param code {@code class * 100 + detail}
 * @param contentFormat of the payload, {@link Request#NONE} without one
 * @param echo what it wants to have with the next request, {@link Echo#NONE} where nothing
 */
public record Answer(int code, int contentFormat, byte[] payload, byte[] echo) {
    /** What is shown of what a peer says, characters. */
    private static final int REASON_CHARS_MAX = 300;

    /** Whether it is a 2.xx. */
    public boolean isSuccess() {
        return code / 100 == 2;
    }

    /** Why it is none, as the peer has it, in one line; the code where it says nothing. */
    public String reason() {
        String said = "";
        if (contentFormat == ProblemDetails.CONTENT_FORMAT) {
            try {
                said = ProblemDetails.decode(payload).detail();
            } catch (WireException e) {
                // Then the code has to do.
            }
        }
        return said.isEmpty()
                ? "it answered %d.%02d".formatted(code / 100, code % 100)
                : said.substring(0, Math.min(said.length(), REASON_CHARS_MAX))
                        .replaceAll("\\p{Cntrl}", " ");
    }
}
