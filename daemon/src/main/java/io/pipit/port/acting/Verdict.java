package io.pipit.port.acting;

/**
 * What became of an order.
 *
 * @param reason one line; empty where it is done
 */
public record Verdict(Kind kind, String reason) {
    /** It is set. */
    public static final Verdict DONE = new Verdict(Kind.DONE, "");

    /** What kind of outcome. */
    public enum Kind {
        DONE,
        /** There is no such actuator. */
        UNKNOWN,
        /** It can't be set to that, or not for so long. */
        OUT_OF_RANGE,
        /** Somebody holds it who comes first. */
        HELD,
        /** It came before, or a later one of the same node did. */
        LATE,
        /** It can't be set now. */
        UNAVAILABLE,
        /** The peer that has it doesn't let this node. */
        FORBIDDEN,
        /** The peer that has it doesn't answer. */
        UNREACHABLE
    }

    /** Whether it is set. */
    public boolean isDone() {
        return kind == Kind.DONE;
    }
}
