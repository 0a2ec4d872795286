package io.pipit.config.toml;

import io.pipit.config.text.Malformed;
import io.pipit.config.text.Spelling;
import io.pipit.config.toml.Section.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/**
 * A file and each {@code conf.d/*.toml} beside it, their tables laid by the sections that there
 * are. Tables that may be there several times add up over all files; of the others, a key that
 * several files set is checked in each of them, and the last file's counts. One thread.
 */
public final class Document {
    private final Path main;
    private final List<Section> sections;
    private final Scope scope;
    private final List<Path> files;
    private final Map<Path, String> texts = new HashMap<>();
    private final Map<String, List<Part>> parts = new HashMap<>();

    /** What may be there once, and where it was first. */
    private final Map<List<Object>, Place> taken = new HashMap<>();

    /** Reads the files; what is no TOML, or in none of the sections, is reported. */
    public Document(Path main, List<Section> sections, Scope scope) {
        this.main = main;
        this.sections = List.copyOf(sections);
        this.scope = scope;
        var source = new Source(scope::report);
        this.files = source.files(main);
        for (Path file : files) {
            source.parse(file).ifPresent(parsed -> lay(file, parsed));
        }
    }

    /** By file (the main one first), line and column. */
    public Comparator<Problem> order() {
        return Comparator.comparingInt((Problem problem) -> files.indexOf(problem.file()))
                .thenComparingInt(Problem::line)
                .thenComparingInt(Problem::column);
    }

    /** The section's only table, which is empty where it is left out. */
    public Entry single(Section section) {
        return new Entry(section, parts(section), Place.beginning(main), this);
    }

    /** What was made of each of the section's tables, those left out of which nothing was. */
    public <T> List<T> each(Section section, Function<Entry, Optional<T>> reader) {
        List<Part> all = parts(section);
        int most = section.entriesMax();
        if (all.size() > most) {
            report(
                    all.get(most).header(),
                    "there may be "
                            + most
                            + " "
                            + section.header()
                            + ", but there are "
                            + all.size());
        }
        List<T> read = new ArrayList<>();
        for (Part part : all.subList(0, Math.min(all.size(), most))) {
            reader.apply(new Entry(section, List.of(part), part.header(), this))
                    .ifPresent(read::add);
        }
        return read;
    }

    Scope scope() {
        return scope;
    }

    void report(Place place, String message) {
        scope.report(place.problem(message));
    }

    /** The file as it was parsed. */
    String text(Path file) {
        return texts.getOrDefault(file, "");
    }

    /** Where this was before; empty where it is new, and taken from now on. */
    Optional<Place> take(List<Object> identity, Place place) {
        return Optional.ofNullable(taken.putIfAbsent(identity, place));
    }

    /** What to do with a key that the section doesn't have. */
    String hint(Section section, String key, @Nullable Object value, Set<String> known) {
        if (value instanceof TomlTable) {
            for (Setting<?> tables : section.keys()) {
                if (tables.kind().each().isPresent()) {
                    return "what is set for a "
                            + tables.name()
                            + " stands in ["
                            + String.join(".", section.name(), tables.name(), key)
                            + "]";
                }
            }
        }
        Optional<String> owner =
                Stream.concat(sections.stream(), sections.stream().flatMap(Section::inner))
                        .filter(other -> other.has(key))
                        .map(Section::header)
                        .findFirst();
        return Spelling.nearest(key, known).isEmpty() && owner.isPresent()
                ? "it belongs in " + owner.get()
                : Spelling.hint(key, known);
    }

    private List<Part> parts(Section section) {
        return parts.getOrDefault(section.name(), List.of());
    }

    private void lay(Path file, Source.Parsed parsed) {
        texts.put(file, parsed.text());
        TomlTable root = parsed.table();
        for (String name : root.keySet()) {
            Place place = Place.beginning(file).orAt(root.inputPositionOf(List.of(name)));
            Object value = root.get(List.of(name));
            Optional<Section> section =
                    sections.stream().filter(known -> known.name().equals(name)).findFirst();
            if (section.isPresent()) {
                lay(section.get(), value, place, parsed.whole());
            } else {
                report(place, unknown(name, value));
            }
        }
    }

    private void lay(Section section, @Nullable Object value, Place place, boolean whole) {
        List<Part> laid = parts.computeIfAbsent(section.name(), _ -> new ArrayList<>());
        if (value instanceof TomlTable table && !section.repeated()) {
            laid.add(new Part(table, whole, place));
        } else if (value instanceof TomlArray array && section.repeated()) {
            for (int i = 0; i < array.size(); i++) {
                Place here = place.orAt(array.inputPositionOf(i));
                if (array.get(i) instanceof TomlTable table) {
                    laid.add(new Part(table, whole, here));
                } else {
                    report(here, "must be a table: write " + section.header());
                }
            }
        } else {
            report(
                    place,
                    Malformed.quote(section.name())
                            + " must be a table: write "
                            + section.header()
                            + " on a line of its own and its keys below");
        }
    }

    private String unknown(String name, @Nullable Object value) {
        if (!(value instanceof TomlTable) && !(value instanceof TomlArray)) {
            Optional<Section> owner =
                    sections.stream().filter(section -> section.has(name)).findFirst();
            if (owner.isPresent()) {
                return Malformed.quote(name)
                        + " stands outside of any section: it belongs in "
                        + owner.get().header();
            }
        }
        return "unknown section "
                + Malformed.quote(name)
                + ": "
                + Spelling.nearest(name, sections.stream().map(Section::name).toList())
                        .map(near -> "did you mean " + Malformed.quote(near) + "? ")
                        .orElse("")
                + "Sections are "
                + String.join(", ", sections.stream().map(Section::header).toList());
    }
}
