package io.pipit.resource;

/**
 * What the tree answers.
 *
 * @param code {@code class * 100 + detail}: 205 is 2.05 Content
 * @param contentFormat of the payload, {@link Request#NONE} without one
 * @param maxAgeSeconds how long the answer may be kept, 0 to 2^32 - 1
 */
public record Response(int code, int contentFormat, byte[] payload, long maxAgeSeconds) {
    /** Whether it is a 2.xx. */
    public boolean isSuccess() {
        return code / 100 == 2;
    }
}
