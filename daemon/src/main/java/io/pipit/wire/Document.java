package io.pipit.wire;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Small structured bodies, the same in JSON and CBOR: written from maps, lists, text, numbers,
 * booleans and null, and read by asking for what one expects. What isn't there, or isn't of the
 * expected kind, is an absent document, never an exception. Immutable.
 */
public final class Document {
    /** Values in one body. */
    public static final int VALUES_MAX = 200_000;

    /** Nothing. */
    public static final Document ABSENT = new Document(null);

    private final @Nullable Object value;

    private Document(@Nullable Object value) {
        this.value = value;
    }

    /**
     * Writes a body.
     *
     * @param value of maps (keys are text, or integers where the format is CBOR), collections,
     *     text, numbers, booleans, null and documents
     */
    public static byte[] write(@Nullable Object value, Format format) {
        var out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = format.generator(out)) {
            write(value, json);
        }
        return out.toByteArray();
    }

    private static void write(@Nullable Object value, JsonGenerator out) {
        switch (value) {
            case null -> out.writeNull();
            case Document document -> write(document.value, out);
            case Map<?, ?> map -> {
                out.writeStartObject(null, map.size());
                map.forEach((key, item) -> {
                    if (key instanceof Integer id) {
                        out.writePropertyId(id);
                    } else {
                        out.writeName(key.toString());
                    }
                    write(item, out);
                });
                out.writeEndObject();
            }
            case Collection<?> items -> {
                out.writeStartArray(null, items.size());
                items.forEach(item -> write(item, out));
                out.writeEndArray();
            }
            case Boolean flag -> out.writeBoolean(flag);
            case Integer whole -> out.writeNumber(whole);
            case Long whole -> out.writeNumber(whole);
            case Double number when !Double.isFinite(number) -> out.writeNull();
            case Number number -> out.writeNumber(number.doubleValue());
            default -> out.writeString(value.toString());
        }
    }

    /**
     * Reads a body.
     *
     * @throws WireException where it isn't well-formed or too large
     */
    public static Document read(byte[] bytes, Format format) throws WireException {
        try (JsonParser in = format.parser(bytes)) {
            Document document = new Document(new Reader(in).value(in.nextToken()));
            if (in.nextToken() != null) {
                throw new WireException("something follows the body");
            }
            return document;
        } catch (JacksonException e) {
            throw new WireException("not a " + format + " body: " + e.getOriginalMessage(), e);
        } catch (RuntimeException e) {
            // The parser's own mistakes on bytes that nobody thought of must not get further.
            throw new WireException("not a " + format + " body: " + e, e);
        }
    }

    private static final class Reader {
        private final JsonParser in;
        private int values;

        Reader(JsonParser in) {
            this.in = in;
        }

        @Nullable Object value(@Nullable JsonToken token) throws WireException {
            if (token == null) {
                throw new WireException("the body is empty or ends too early");
            }
            if (++values > VALUES_MAX) {
                throw new WireException("more than " + VALUES_MAX + " values in a body");
            }
            return switch (token) {
                case START_OBJECT -> map();
                case START_ARRAY -> list();
                case VALUE_STRING -> in.getString();
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_NULL -> null;
                default -> throw new WireException("a " + token + " has no place in a body");
            };
        }

        private Object number() throws WireException {
            if (in.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && in.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                return in.getLongValue();
            }
            double number = in.getDoubleValue();
            if (!Double.isFinite(number)) {
                throw new WireException("a number is out of all bounds");
            }
            return number;
        }

        private Map<String, Document> map() throws WireException {
            var map = new LinkedHashMap<String, Document>();
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                if (map.put(name, new Document(value(in.nextToken()))) != null) {
                    throw new WireException("'" + name + "' is there twice");
                }
            }
            if (in.currentToken() != JsonToken.END_OBJECT) {
                throw new WireException("the body ends too early");
            }
            return map;
        }

        private List<Document> list() throws WireException {
            var list = new ArrayList<Document>();
            for (JsonToken token = in.nextToken();
                    token != JsonToken.END_ARRAY;
                    token = in.nextToken()) {
                list.add(new Document(value(token)));
            }
            return list;
        }
    }

    /** The field of this name; absent where there is none, or where this isn't a map. */
    public Document get(String name) {
        Document field = fields().get(name);
        return field == null ? ABSENT : field;
    }

    /** All fields, in the order in which they came; none where this isn't a map. */
    public Map<String, Document> fields() {
        var fields = new LinkedHashMap<String, Document>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, field) -> fields.put((String) name, (Document) field));
        }
        return fields;
    }

    /** All items; none where this isn't a list. */
    public List<Document> items() {
        return value instanceof List<?> list
                ? list.stream().map(Document.class::cast).toList()
                : List.of();
    }

    /** Whether it is there and not null. */
    public boolean isPresent() {
        return value != null;
    }

    /** Whether it is a number. */
    public boolean isNumber() {
        return value instanceof Number;
    }

    /** As text, if that is what it is. */
    public String text(String otherwise) {
        return value instanceof String text ? text : otherwise;
    }

    /** As a whole number, if it is one. */
    public long whole(long otherwise) {
        return value instanceof Long whole ? whole : otherwise;
    }

    /** As a number, if it is one. */
    public double number(double otherwise) {
        return value instanceof Number number ? number.doubleValue() : otherwise;
    }

    /** As true or false, if it is either. */
    public boolean flag(boolean otherwise) {
        return value instanceof Boolean flag ? flag : otherwise;
    }

    /** Its JSON. */
    @Override
    public String toString() {
        return new String(write(this, Format.JSON), java.nio.charset.StandardCharsets.UTF_8);
    }
}
