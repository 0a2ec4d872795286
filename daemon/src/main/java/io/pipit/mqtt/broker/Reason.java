package io.pipit.mqtt.broker;

import java.util.Map;

/**
 * A reason code as MQTT 5 has them (section 2.4).
 *
 * @param code 0 to 255
 */
public record Reason(int code) {
    public static final Reason SUCCESS = new Reason(0);
    static final int NOT_AUTHORISED = 0x87;
    static final int TAKEN_OVER = 0x8E;
    public static final int TOO_LARGE = 0x95;
    private static final int RETAIN_NOT_SUPPORTED = 0x9A;
    private static final int QOS_NOT_SUPPORTED = 0x9B;
    private static final int FAILURE_MIN = 0x80;
    private static final int UNSPECIFIED = 0x80;
    private static final int ITS_OWN = 0x83;
    private static final int QUOTA = 0x97;

    private static final Map<Integer, String> WORDS =
            Map.ofEntries(
                    Map.entry(0x80, "unspecified error"),
                    Map.entry(0x81, "malformed packet"),
                    Map.entry(0x82, "protocol error"),
                    Map.entry(0x83, "the broker's own reason"),
                    Map.entry(0x84, "unsupported protocol version"),
                    Map.entry(0x85, "client ID not valid"),
                    Map.entry(0x86, "bad user name or password"),
                    Map.entry(0x87, "not authorised"),
                    Map.entry(0x88, "broker unavailable"),
                    Map.entry(0x89, "broker busy"),
                    Map.entry(0x8A, "banned"),
                    Map.entry(0x8B, "broker shutting down"),
                    Map.entry(0x8C, "bad authentication method"),
                    Map.entry(0x8D, "keep-alive timed out"),
                    Map.entry(0x8E, "another client took over"),
                    Map.entry(0x8F, "topic filter invalid"),
                    Map.entry(0x90, "topic name invalid"),
                    Map.entry(0x93, "more in flight than the broker takes"),
                    Map.entry(0x94, "topic alias invalid"),
                    Map.entry(0x95, "packet too large"),
                    Map.entry(0x96, "too many messages"),
                    Map.entry(0x97, "quota exceeded"),
                    Map.entry(0x98, "administrative action"),
                    Map.entry(0x99, "payload format invalid"),
                    Map.entry(0x9A, "retain not supported"),
                    Map.entry(0x9B, "QoS not supported"),
                    Map.entry(0x9C, "use another server"),
                    Map.entry(0x9D, "server moved"),
                    Map.entry(0x9F, "too many connections"));

    /** Whether it is a refusal. */
    public boolean isFailure() {
        return code >= FAILURE_MIN;
    }

    /** Whether the same message may be taken later. */
    public boolean passes() {
        return code == UNSPECIFIED || code == ITS_OWN || code == QUOTA;
    }

    /** Whether the broker keeps no messages, though it was asked to. */
    public boolean isRetainUnsupported() {
        return code == RETAIN_NOT_SUPPORTED;
    }

    /** Whether the broker doesn't take QoS 1. */
    public boolean isQosUnsupported() {
        return code == QOS_NOT_SUPPORTED;
    }

    @Override
    public String toString() {
        return WORDS.getOrDefault(code, "reason 0x%02X".formatted(code));
    }
}
