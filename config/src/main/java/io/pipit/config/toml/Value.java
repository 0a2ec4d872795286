package io.pipit.config.toml;

import io.pipit.config.text.Malformed;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/**
 * A value in a file.
 *
 * @param label what messages call it
 * @param raw as tomlj has it; lists may be plain {@link List}s, as in a key's default
 */
public record Value(String label, Object raw, Place place, Scope scope) {
    /** Reports what is wrong with it. */
    public <T> Optional<T> refuse(@Nullable String message) {
        scope.report(place.problem(label + ": " + message));
        return Optional.empty();
    }

    /** Reports that it is something else. */
    public <T> Optional<T> mustBe(String what) {
        return refuse("must be " + what + ", but is " + described());
    }

    /** The same, where a part of it stands. */
    public Value at(Place part) {
        return new Value(label, raw, part, scope);
    }

    /** The elements, each at its own place, or nothing where this is no list. */
    @Nullable List<Value> elements() {
        if (raw instanceof List<?> list) {
            return list.stream().map(each -> new Value(label, each, place, scope)).toList();
        }
        if (!(raw instanceof TomlArray array)) {
            return null;
        }
        return IntStream.range(0, array.size())
                .mapToObj(i -> {
                    Place here = place.orAt(array.inputPositionOf(i));
                    return new Value(label, array.get(i), here, scope);
                })
                .toList();
    }

    private String described() {
        return switch (raw) {
            case String text -> "the string " + Malformed.quote(text);
            case Long number -> "the number " + number;
            case Double number -> "the number " + number;
            case Boolean flag -> flag.toString();
            case TomlTable _ -> "a table";
            case TomlArray _ -> "a list";
            default -> "a date or time";
        };
    }
}
