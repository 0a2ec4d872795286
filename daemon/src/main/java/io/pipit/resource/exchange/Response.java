package io.pipit.resource.exchange;

/**
 * What the tree answers.
 *
 * @param code {@code class * 100 + detail}: 205 is 2.05 Content
 * @param contentFormat of the payload, {@link Request#NONE} without one
 * @param maxAgeSeconds how long the answer may be kept, 0 to 2^32 - 1
 * @param part which part of a body this is; only where {@link Exchange#blockBytesMax} isn't 0
 * @param echo what is to come back with the caller's next request; {@link Echo#NONE} for nothing
 */
public record Response(
        int code, int contentFormat, byte[] payload, long maxAgeSeconds, Part part, byte[] echo) {
    /** Without an Echo. */
    public Response(int code, int contentFormat, byte[] payload, long maxAgeSeconds, Part part) {
        this(code, contentFormat, payload, maxAgeSeconds, part, Echo.NONE);
    }

    /** Of a body in one message. */
    public Response(int code, int contentFormat, byte[] payload, long maxAgeSeconds) {
        this(code, contentFormat, payload, maxAgeSeconds, Part.NONE);
    }

    /** Whether it is a 2.xx. */
    public boolean isSuccess() {
        return code / 100 == 2;
    }
}
