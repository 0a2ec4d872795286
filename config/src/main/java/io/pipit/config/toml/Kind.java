package io.pipit.config.toml;

import io.pipit.config.text.Durations;
import io.pipit.config.text.HostPort;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Names;
import io.pipit.config.text.Secret;
import io.pipit.config.text.Sizes;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tomlj.TomlTable;

/**
 * What the value of a key may be: how the loader reads it, and how the JSON Schema describes it.
 *
 * @param schema the JSON Schema of the value
 * @param reader reads it, or refuses it and says why
 * @param each what each of its tables is, where it is a table of tables
 */
public record Kind<T>(Map<String, Object> schema, Reader<T> reader, Optional<Section> each) {
    /** Editors check what is written, and that may be a variable instead of the value. */
    private static final String OR_VARIABLE = "\\$\\{|";

    /** Reads a value; empty where it was refused, which has then been reported. */
    public interface Reader<T> {
        Optional<T> read(Value value);
    }

    /** Makes a value of a text in which the environment is filled in already. */
    public interface Parser<T> {
        T parse(String text) throws Malformed;
    }

    /** Makes more of a value that was read, or refuses it. */
    public interface Step<T, R> {
        Optional<R> apply(Value value, T read);
    }

    private Kind(Map<String, Object> schema, Reader<T> reader) {
        this(schema, reader, Optional.empty());
    }

    /** A value as it stands, which whoever gets it reads and checks. */
    public static Kind<Value> raw(Map<String, Object> schema) {
        return new Kind<>(schema, Optional::of);
    }

    /** This kind, where what was read goes through one more step. */
    public <R> Kind<R> then(Step<T, R> step) {
        return new Kind<>(
                schema, value -> reader.read(value).flatMap(read -> step.apply(value, read)));
    }

    /** A text that the parser takes; {@code form} is the same as a regular expression. */
    public static <T> Kind<T> text(String what, String form, Parser<T> parser) {
        return new Kind<>(
                Map.of("type", "string", "pattern", OR_VARIABLE + "^(" + form + ")$"),
                value -> {
                    if (!(value.raw() instanceof String text)) {
                        return value.mustBe(what);
                    }
                    try {
                        return Optional.of(parser.parse(value.scope().expand(text)));
                    } catch (Malformed e) {
                        return value.refuse(e.getMessage());
                    }
                });
    }

    /** A text of this form; where it isn't, messages go on with {@code wrong} behind it. */
    public static Kind<String> text(String what, String form, String wrong) {
        Pattern whole = Pattern.compile(form);
        return text(
                what,
                form,
                text -> {
                    if (!whole.matcher(text).matches()) {
                        throw new Malformed(Malformed.quote(text) + " " + wrong);
                    }
                    return text;
                });
    }

    /** A name. */
    public static Kind<String> name(String example) {
        return text("a name such as \"" + example + "\"", Names.FORM, Names::parse);
    }

    /** Any text of one line. */
    public static Kind<String> line() {
        return text(
                "a string",
                "[^\\x00-\\x1f\\x7f]*",
                text -> {
                    if (text.chars().anyMatch(Character::isISOControl)) {
                        throw new Malformed(
                                Malformed.quote(text) + " has control characters in it");
                    }
                    return text;
                });
    }

    /** One of the constants of an enumeration, in lower case. */
    public static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
        Map<String, E> words = new LinkedHashMap<>();
        for (E constant : type.getEnumConstants()) {
            words.put(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'), constant);
        }
        return choice(words);
    }

    /** One of the given words, each of which stands for a value. */
    public static <T> Kind<T> choice(Map<String, T> words) {
        String what =
                words.keySet().stream().map(Malformed::quote).collect(Collectors.joining(" or "));
        return text(
                what,
                String.join("|", words.keySet()),
                text -> {
                    T chosen = words.get(text);
                    if (chosen == null) {
                        throw new Malformed(
                                "must be " + what + ", but is " + Malformed.quote(text));
                    }
                    return chosen;
                });
    }

    /** True or false. */
    public static Kind<Boolean> flag() {
        return new Kind<>(
                Map.of("type", "boolean"),
                value ->
                        value.raw() instanceof Boolean flag
                                ? Optional.of(flag)
                                : value.mustBe("true or false"));
    }

    /** A whole number. */
    public static Kind<Long> integer(long min, long max) {
        Kind<Long> any =
                new Kind<>(
                        Map.of("type", "integer", "minimum", min, "maximum", max),
                        value ->
                                value.raw() instanceof Long number
                                        ? Optional.of(number)
                                        : value.mustBe("a whole number"));
        return within(any, min, max, String::valueOf);
    }

    /** A number, whole or not, finite. */
    public static Kind<Double> number(double min, double max) {
        Kind<Double> any =
                new Kind<>(
                        Map.of("type", "number", "minimum", min, "maximum", max),
                        value ->
                                value.raw() instanceof Number number
                                        ? Optional.of(number.doubleValue())
                                        : value.mustBe("a number"));
        return within(any, min, max, String::valueOf);
    }

    /** A duration. */
    public static Kind<Duration> duration(Duration min, Duration max) {
        return within(
                text("a duration such as \"10s\"", Durations.FORM, Durations::parse),
                min,
                max,
                Durations::format);
    }

    /** A number of bytes. */
    public static Kind<Long> size(long bytesMin, long bytesMax) {
        return within(
                text("a size such as \"64MiB\"", Sizes.FORM, Sizes::parse),
                bytesMin,
                bytesMax,
                Sizes::format);
    }

    /** A host and a port. */
    public static Kind<HostPort> hostPort() {
        return text("an address such as \"192.168.1.20:5684\"", HostPort.FORM, HostPort::parse);
    }

    /** A folder; a relative one starts from the main file's. What comes out is absolute. */
    public static Kind<Path> folder() {
        return path("a folder", "such as \"/var/lib/pipit\"");
    }

    /** A file, likewise. */
    public static Kind<Path> file() {
        return path("a file", "such as \"/etc/pipit/ca.pem\"");
    }

    private static Kind<Path> path(String what, String example) {
        return text(what + " " + example, ".+", text -> text)
                .then((value, text) -> {
                    try {
                        return text.isBlank()
                                ? value.refuse("must name " + what)
                                : Optional.of(value.scope().base().resolve(text).normalize());
                    } catch (InvalidPathException e) {
                        return value.refuse(Malformed.quote(text) + " is not a path");
                    }
                });
    }

    /**
     * A secret: a text, or {@code { credential = "name" }} for one that the service manager holds.
     */
    public static Kind<Secret> secret() {
        Kind<String> text = text("a string or { credential = \"name\" }", ".*", secret -> secret);
        Map<String, Object> reference =
                Map.of(
                        "type",
                        "object",
                        "properties",
                        Map.of("credential", Map.of("type", "string")),
                        "required",
                        List.of("credential"),
                        "additionalProperties",
                        false);
        return new Kind<>(
                Map.of("anyOf", List.of(Map.of("type", "string"), reference)),
                value -> {
                    if (!(value.raw() instanceof TomlTable table)) {
                        return text.reader().read(value).map(Secret::new);
                    }
                    if (table.size() != 1
                            || !(table.get(List.of("credential")) instanceof String name)) {
                        return value.refuse("must be a string or { credential = \"name\" }");
                    }
                    try {
                        return Optional.of(value.scope().credential(name));
                    } catch (Malformed e) {
                        return value.refuse(e.getMessage());
                    }
                });
    }

    /** Two numbers, the lower one first, neither further from 0 than this. */
    public static <R> Kind<R> range(double most, BiFunction<Double, Double, R> make) {
        Kind<Double> bound = number(-most, most);
        return new Kind<>(
                Map.of("type", "array", "items", bound.schema(), "minItems", 2, "maxItems", 2),
                value -> {
                    List<Value> bounds = value.elements();
                    if (bounds == null || bounds.size() != 2) {
                        return value.refuse("must be two numbers, as in [-20, 60]");
                    }
                    Optional<Double> low = bound.reader().read(bounds.getFirst());
                    Optional<Double> high = bound.reader().read(bounds.getLast());
                    if (low.isEmpty() || high.isEmpty()) {
                        return Optional.empty();
                    }
                    return low.get() < high.get()
                            ? Optional.of(make.apply(low.get(), high.get()))
                            : value.refuse(
                                    "goes from "
                                            + low.get()
                                            + " to "
                                            + high.get()
                                            + ": write the lower number first");
                });
    }

    /** Tables by their names, which whoever reads them checks. */
    public static Kind<Map<String, Section.Part>> tables(Section each, int most) {
        Map<String, Object> schema =
                Map.of(
                        "type",
                        "object",
                        "maxProperties",
                        most,
                        "additionalProperties",
                        Schema.table(each));
        return new Kind<>(schema, value -> tables(value, each.header(), most), Optional.of(each));
    }

    private static Optional<Map<String, Section.Part>> tables(
            Value value, String header, int most) {
        String how = "a table of tables: write " + header;
        if (!(value.raw() instanceof TomlTable tables)) {
            return value.mustBe(how);
        }
        if (tables.size() > most) {
            return value.refuse("may have " + most + " tables, but has " + tables.size());
        }
        Map<String, Section.Part> parts = new LinkedHashMap<>();
        for (String name : tables.keySet()) {
            Place here = value.place().orAt(tables.inputPositionOf(List.of(name)));
            Object raw = tables.get(List.of(name));
            if (!(raw instanceof TomlTable table)) {
                Object what = raw == null ? "" : raw;
                return new Value(value.label() + "." + name, what, here, value.scope()).mustBe(how);
            }
            parts.put(name, new Section.Part(table, true, here));
        }
        return Optional.of(parts);
    }

    /** A list in which nothing is twice. */
    public static <T> Kind<List<T>> list(Kind<T> element, int sizeMin, int sizeMax) {
        return new Kind<>(
                Map.of(
                        "type",
                        "array",
                        "items",
                        element.schema(),
                        "minItems",
                        sizeMin,
                        "maxItems",
                        sizeMax,
                        "uniqueItems",
                        true),
                value -> {
                    List<Value> elements = value.elements();
                    if (elements == null) {
                        return value.mustBe("a list in [ ]");
                    }
                    if (elements.size() < sizeMin || elements.size() > sizeMax) {
                        return value.refuse(
                                "must have "
                                        + sizeMin
                                        + " to "
                                        + sizeMax
                                        + " elements, but has "
                                        + elements.size());
                    }
                    var read = new LinkedHashSet<T>();
                    boolean sound = true;
                    for (Value each : elements) {
                        Optional<T> one = element.reader().read(each);
                        sound &= one.isPresent();
                        if (one.isPresent() && !read.add(one.get())) {
                            each.refuse("is there twice: take one out");
                            sound = false;
                        }
                    }
                    return sound ? Optional.of(List.copyOf(read)) : Optional.empty();
                });
    }

    private static <C extends Comparable<C>> Kind<C> within(
            Kind<C> kind, C min, C max, Function<C, String> format) {
        return kind.then((value, read) ->
                read.compareTo(min) >= 0 && read.compareTo(max) <= 0
                        ? Optional.of(read)
                        : value.refuse(
                                "must be between "
                                        + format.apply(min)
                                        + " and "
                                        + format.apply(max)
                                        + ", but is "
                                        + format.apply(read)));
    }
}
