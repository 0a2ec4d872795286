package io.pipit.wire;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;

/**
 * Reads a SenML pack record by record: base fields are kept and applied (RFC 8428, section 4), what
 * is unknown is skipped, what is malformed ends it. Accepts indefinite lengths and numbers in any
 * form. Not thread-safe.
 */
final class PackReader implements AutoCloseable {
    /** Records of one pack. */
    static final int RECORDS_MAX = 20_000;

    /** RFC 8428, section 4.4. */
    static final int VERSION = 10;

    /**
     * RFC 8798's secondary units are a feature of their own with code 4 (RFC 9100, section 4), and
     * a version is 10 with 2 to the power of each feature's code added (section 2): 10 + 16.
     */
    static final int VERSION_WITH_SECONDARY_UNITS = VERSION + (1 << 4);

    private static final double WHOLE_MAX = 9_007_199_254_740_992.0;
    private static final double MICROS_PER_SECOND = 1e6;
    private static final double TIME_MICROS_MAX = 0x1p61;
    private static final int NAME_CHARS_MAX = 256;
    private static final int UNIT_CHARS_MAX = 32;

    private final JsonParser parser;
    private final Format format;
    private int records;

    private String baseName = "";
    private String baseUnit = "";
    private double baseTime;
    private double baseValue;

    private int present;
    private final long[] wholes = new long[Label.values().length];
    private String name = "";
    private String unit = "";
    private String text = "";
    private String log = "";
    private double value;
    private double time;
    private double updateTime;
    private boolean flag;
    private boolean synchronised;

    PackReader(byte[] bytes, Format format) throws WireException {
        this.format = format;
        this.parser = format.parser(bytes);
    }

    /**
     * Goes on to the next record.
     *
     * @return false at the pack's end
     */
    boolean next() throws WireException {
        try {
            if (records == 0 && parser.nextToken() != JsonToken.START_ARRAY) {
                throw new WireException("a SenML pack is an array");
            }
            JsonToken token = parser.nextToken();
            if (token == JsonToken.END_ARRAY) {
                if (parser.nextToken() != null) {
                    throw new WireException("something follows the SenML pack");
                }
                return false;
            }
            if (token != JsonToken.START_OBJECT) {
                throw malformed("is not a map");
            }
            if (++records > RECORDS_MAX) {
                throw new WireException("more than " + RECORDS_MAX + " records in a pack");
            }
            record();
            return true;
        } catch (JacksonException e) {
            throw new WireException(
                    "record " + records + " is malformed: " + e.getOriginalMessage(), e);
        } catch (RuntimeException e) {
            // The parser's own mistakes on bytes that nobody thought of must not get further.
            throw new WireException("record " + records + " is malformed: " + e, e);
        }
    }

    private void record() throws WireException {
        present = 0;
        name = "";
        unit = "";
        text = "";
        value = 0;
        time = 0;
        for (String field = parser.nextName(); field != null; field = parser.nextName()) {
            JsonToken token = Objects.requireNonNull(parser.nextToken(), "a value");
            Label label = Label.of(field, format);
            if (label == null) {
                skip(field);
                continue;
            }
            if ((present & label.bit) != 0) {
                throw malformed("has " + label + " twice");
            }
            present |= label.bit;
            take(label, token);
        }
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            throw malformed("ends too early");
        }
        if (baseName.length() + name.length() > NAME_CHARS_MAX) {
            throw malformed("has a name of more than " + NAME_CHARS_MAX + " characters");
        }
        if (Math.max(unit.length(), baseUnit.length()) > UNIT_CHARS_MAX) {
            throw malformed("has a unit of more than " + UNIT_CHARS_MAX + " characters");
        }
    }

    private void skip(String field) throws WireException {
        if (field.endsWith("_")) {
            throw malformed("must not be used by who doesn't know its field " + field);
        }
        parser.skipChildren();
    }

    private void take(Label label, JsonToken token) throws WireException {
        switch (label) {
            case BASE_NAME -> baseName = text(label, token);
            case BASE_UNIT -> baseUnit = text(label, token);
            case NAME -> name = text(label, token);
            case UNIT -> unit = text(label, token);
            case TEXT -> text = text(label, token);
            case LOG -> log = text(label, token);
            case BASE_TIME -> baseTime = number(label, token);
            case BASE_VALUE -> baseValue = number(label, token);
            case VALUE -> value = number(label, token);
            case TIME -> time = number(label, token);
            case UPDATE_TIME -> updateTime = number(label, token);
            case BASE_SUM, SUM -> number(label, token);
            case FLAG -> flag = flag(label, token);
            case SYNCHRONISED -> synchronised = flag(label, token);
            case BASE_VERSION -> version(whole(label, token));
            case DATA -> parser.skipChildren();
            case KEPT, PREVIOUS, UP_TO, WIRE_VERSION, SEQUENCE, BOOT, BASE_MONOTONIC, OFFSET ->
                    wholes[label.index] = whole(label, token);
        }
    }

    private void version(long version) throws WireException {
        if (version > VERSION && version != VERSION_WITH_SECONDARY_UNITS) {
            throw malformed("is of SenML version " + version + ", which isn't known here");
        }
    }

    private String text(Label label, JsonToken token) throws WireException {
        if (token != JsonToken.VALUE_STRING) {
            throw malformed("has no text as " + label);
        }
        return parser.getString();
    }

    private boolean flag(Label label, JsonToken token) throws WireException {
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw malformed("has neither true nor false as " + label);
        }
        return token == JsonToken.VALUE_TRUE;
    }

    private double number(Label label, JsonToken token) throws WireException {
        if (!token.isNumeric()) {
            throw malformed("has no number as " + label);
        }
        double number = parser.getDoubleValue();
        if (!Double.isFinite(number)) {
            throw malformed("has no finite number as " + label);
        }
        return number;
    }

    private long whole(Label label, JsonToken token) throws WireException {
        if (token == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        double number = number(label, token);
        if (number != Math.rint(number) || Math.abs(number) > WHOLE_MAX) {
            throw malformed("has no whole number of 64 bits as " + label);
        }
        return (long) number;
    }

    boolean has(Label label) {
        return (present & label.bit) != 0;
    }

    /** One of Pipit's own numbers. */
    long whole(Label label) throws WireException {
        if (!has(label)) {
            throw malformed("lacks " + label);
        }
        return wholes[label.index];
    }

    String log() throws WireException {
        if (!has(Label.LOG)) {
            throw malformed("lacks " + Label.LOG);
        }
        return log;
    }

    boolean synchronised() throws WireException {
        if (!has(Label.SYNCHRONISED)) {
            throw malformed("lacks " + Label.SYNCHRONISED);
        }
        return synchronised;
    }

    String baseName() {
        return baseName;
    }

    String name() {
        return name;
    }

    /** Empty where there is none. */
    String unit() {
        return has(Label.UNIT) ? unit : baseUnit;
    }

    /** Whether it has a number: its own, or, for a record with a name, the base value alone. */
    boolean hasValue() {
        return has(Label.VALUE)
                || (baseValue != 0 && has(Label.NAME) && (present & OTHER_VALUES) == 0);
    }

    private static final int OTHER_VALUES =
            Label.TEXT.bit | Label.FLAG.bit | Label.DATA.bit | Label.SUM.bit;

    /** Whether it measures anything: if not, it only sets base fields. */
    boolean isMeasurement() {
        return hasValue() || has(Label.NAME) || (present & OTHER_VALUES) != 0;
    }

    double value() throws WireException {
        double sum = baseValue == 0 ? value : baseValue + value;
        if (!Double.isFinite(sum)) {
            throw malformed("has no finite number as " + Label.VALUE);
        }
        return sum;
    }

    @Nullable String textValue() {
        return has(Label.TEXT) ? text : null;
    }

    @Nullable Boolean flagValue() {
        return has(Label.FLAG) ? (Boolean) flag : null;
    }

    /** Time until there is to be news, microseconds; 0 where that isn't said. */
    long updateMicros() throws WireException {
        return has(Label.UPDATE_TIME) ? micros(updateTime) : 0;
    }

    /** Time since the base time, microseconds. */
    long sinceBaseMicros() throws WireException {
        return micros(time);
    }

    /** Base time and time, microseconds. */
    long timeMicros() throws WireException {
        // Each rounded by itself: their sum as doubles would lose microseconds.
        return micros(baseTime) + micros(time);
    }

    private long micros(double seconds) throws WireException {
        double micros = seconds * MICROS_PER_SECOND;
        if (Math.abs(micros) > TIME_MICROS_MAX) {
            throw malformed("has a time that is out of all bounds");
        }
        return Math.round(micros);
    }

    WireException malformed(String what) {
        return new WireException("record " + records + " " + what);
    }

    @Override
    public void close() {
        parser.close();
    }
}
