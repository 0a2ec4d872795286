package io.pipit.port;

import org.jspecify.annotations.Nullable;

/**
 * When an observer of one series wants to hear of it (the conditional attributes of
 * draft-ietf-core-conditional-attributes): {@code c.pmin}, {@code c.pmax}, {@code c.gt}, {@code
 * c.lt}, {@code c.st}.
 *
 * @param pminNanos no two notifications closer than this, 0 where it doesn't matter
 * @param pmaxNanos at least one notification in this time, changed or not; 0 where it doesn't
 *     matter
 * @param gt when the value crosses this limit, either way
 * @param lt likewise
 * @param st when it differs from the value last sent by at least this
 */
public record Conditions(
        long pminNanos,
        long pmaxNanos,
        @Nullable Double gt,
        @Nullable Double lt,
        @Nullable Double st) {
    /** Each reading, at once. */
    public static final Conditions NONE = new Conditions(0, 0, null, null, null);
}
