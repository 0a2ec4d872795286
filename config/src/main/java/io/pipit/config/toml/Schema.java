package io.pipit.config.toml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The JSON Schema (draft 2020-12) of a file with these sections, for editors. Drivers' own keys are
 * open in it, since they are known at run time alone.
 */
public final class Schema {
    private static final String INDENT = "  ";

    private Schema() {}

    /** The schema's text, the same each time. */
    public static String text(List<Section> sections) {
        Map<String, Object> properties = new LinkedHashMap<>();
        sections.forEach(section -> properties.put(section.name(), section(section)));
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", "Pipit's configuration, pipit.toml");
        root.put("type", "object");
        root.put("properties", properties);
        root.put("additionalProperties", false);
        StringBuilder out = new StringBuilder();
        write(root, "", out);
        return out.append('\n').toString();
    }

    private static Map<String, Object> section(Section section) {
        if (!section.repeated()) {
            return table(section);
        }
        Map<String, Object> array = new LinkedHashMap<>();
        array.put("type", "array");
        array.put("maxItems", section.entriesMax());
        array.put("items", table(section));
        return array;
    }

    /** One of its tables. */
    static Map<String, Object> table(Section section) {
        Map<String, Object> keys = new LinkedHashMap<>();
        section.keys().forEach(key -> keys.put(key.name(), key(key)));
        Map<String, Object> table = new LinkedHashMap<>();
        table.put("description", section.description());
        table.put("type", "object");
        table.put("properties", keys);
        List<String> required =
                section.keys().stream().filter(Setting::required).map(Setting::name).toList();
        if (!required.isEmpty()) {
            table.put("required", required);
        }
        table.put(
                "additionalProperties",
                section.open() ? Map.of("type", List.of("string", "number", "boolean")) : false);
        return table;
    }

    private static Map<String, Object> key(Setting<?> key) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("description", key.description());
        // A Kind's map has no order of its own; a file that is checked in needs one.
        schema.putAll(new TreeMap<>(key.kind().schema()));
        Object fallback = key.fallback();
        if (fallback != null) {
            schema.put("default", fallback);
        }
        return schema;
    }

    private static void write(Object value, String indent, StringBuilder out) {
        switch (value) {
            case LinkedHashMap<?, ?> ordered -> writeObject(ordered, indent, out);
            case Map<?, ?> map -> writeObject(new TreeMap<>(map), indent, out);
            case List<?> list -> {
                out.append('[');
                String separator = "";
                for (Object element : list) {
                    out.append(separator);
                    write(element, indent, out);
                    separator = ", ";
                }
                out.append(']');
            }
            case String text -> quote(text, out);
            default -> out.append(value);
        }
    }

    private static void writeObject(Map<?, ?> object, String indent, StringBuilder out) {
        String deeper = indent + INDENT;
        String separator = "{\n";
        for (Map.Entry<?, ?> member : object.entrySet()) {
            out.append(separator).append(deeper);
            quote(String.valueOf(member.getKey()), out);
            out.append(": ");
            write(member.getValue(), deeper, out);
            separator = ",\n";
        }
        out.append('\n').append(indent).append('}');
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                default -> out.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        out.append('"');
    }
}
