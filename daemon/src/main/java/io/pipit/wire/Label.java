package io.pipit.wire;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a SenML record: RFC 8428, table 4 (JSON) and table 6 (CBOR), then Pipit's own,
 * which have text labels in both.
 */
enum Label {
    BASE_VERSION("bver", -1),
    BASE_NAME("bn", -2),
    BASE_TIME("bt", -3),
    BASE_UNIT("bu", -4),
    BASE_VALUE("bv", -5),
    BASE_SUM("bs", -6),
    NAME("n", 0),
    UNIT("u", 1),
    VALUE("v", 2),
    TEXT("vs", 3),
    FLAG("vb", 4),
    SUM("s", 5),
    TIME("t", 6),
    UPDATE_TIME("ut", 7),
    DATA("vd", 8),
    /** The log whose numbers these are, 16 hexadecimal digits. */
    LOG("log"),
    /** First sequence that the origin still keeps. */
    KEPT("kept"),
    /** Sequence of the entry before the first one in this feed. */
    PREVIOUS("prev"),
    /** Up to where nothing is left out. */
    UP_TO("upto"),
    /** Version of all that Pipit adds to SenML. */
    WIRE_VERSION("pv"),
    /** Place in the log. */
    SEQUENCE("seq"),
    /** Which boot of the machine. */
    BOOT("boot"),
    /** Monotonic time at SenML's base time, microseconds. */
    BASE_MONOTONIC("bmono"),
    /** Wall clock minus monotonic time, microseconds. */
    OFFSET("offset"),
    /** Whether the wall clock was synchronised. */
    SYNCHRONISED("sync");

    private static final Map<String, Label> IN_JSON = new HashMap<>();
    private static final Map<String, Label> IN_CBOR = new HashMap<>();

    static {
        for (Label label : values()) {
            IN_JSON.put(label.text, label);
            IN_CBOR.put(label.key, label);
        }
    }

    /** Its place in tables that live as long as the program, no longer. */
    @SuppressWarnings("EnumOrdinal")
    final int index = ordinal();

    /** For sets of labels. */
    final int bit = 1 << index;

    /** How a CBOR record has it, encoded, a character for each byte. */
    final String cbor;

    /** How a JSON record has it, with quotes and colon. */
    final String json;

    private final String text;
    private final String key;

    Label(String text, int number) {
        this.text = text;
        this.key = Integer.toString(number);
        this.cbor = Character.toString(number < 0 ? 0x20 | ~number : number);
        this.json = '"' + text + "\":";
    }

    Label(String text) {
        this.text = text;
        this.key = text;
        this.cbor = Character.toString(0x60 | text.length()) + text;
        this.json = '"' + text + "\":";
    }

    /**
     * The field of this name; null where it is none of these.
     *
     * @param name as the parser has it, which is an integer key in decimal
     */
    static @Nullable Label of(String name, Format format) {
        return (format == Format.JSON ? IN_JSON : IN_CBOR).get(name);
    }

    /** How people know it. */
    @Override
    public String toString() {
        return text;
    }
}
