package io.pipit.config.toml;

import io.pipit.config.text.Malformed;
import io.pipit.config.toml.Section.Part;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One table, all keys of its section read: what is wrong with them, and keys that the section
 * doesn't have, was reported. A {@code [name]} may have parts in several files; a key that is in
 * more than one is checked in each, and the last one counts. One thread.
 */
public final class Entry {
    private final Section section;
    private final List<Part> parts;
    private final Place nowhere;
    private final Document document;
    private final Map<String, Object> values = new HashMap<>();
    private boolean sound = true;

    Entry(Section section, List<Part> parts, Place nowhere, Document document) {
        this.section = section;
        this.parts = List.copyOf(parts);
        this.nowhere = nowhere;
        this.document = document;
        if (!section.open()) {
            refuseUnknown(List.of());
        }
        section.keys().forEach(this::read);
    }

    /** Reads a driver's own keys, too, where the section is open; then all others are refused. */
    public void readAlso(List<? extends Setting<?>> others) {
        refuseUnknown(others);
        others.forEach(this::read);
    }

    /** Reads one of the tables that are values of a key. */
    public Entry inner(Section each, Part part) {
        return new Entry(each, List.of(part), part.header(), document);
    }

    /** The value, or the default, or empty: where it was left out, or refused and reported. */
    @SuppressWarnings("unchecked") // What stands under a key's name was read by the key's own kind.
    public <T> Optional<T> find(Setting<T> key) {
        return Optional.ofNullable((T) values.get(key.name()));
    }

    /** The value of a key that is required or has a default, where nothing was refused. */
    public <T> T get(Setting<T> key) {
        return find(key).orElseThrow(() -> new IllegalStateException("without " + key.name()));
    }

    /** Makes more of what a key's kind read, where it did; what the step refuses spoils it all. */
    public <T, R> Optional<R> more(Setting<T> key, Function<T, Optional<R>> step) {
        Optional<T> read = find(key);
        Optional<R> made = read.flatMap(step);
        sound &= made.isPresent() == read.isPresent();
        return made;
    }

    /** Whether the key is set. */
    public boolean has(Setting<?> key) {
        return parts.stream().anyMatch(part -> part.table().contains(List.of(key.name())));
    }

    /** Whether nothing of it was refused so far, so that all required keys are there. */
    public boolean sound() {
        return sound;
    }

    /** What it makes, where nothing of it was refused. */
    public <T> Optional<T> made(Supplier<T> maker) {
        return sound ? Optional.of(maker.get()) : Optional.empty();
    }

    /** Reports what is wrong with a key, or more than one key's affair. */
    public void refuse(Setting<?> key, String message) {
        refuse(place(key), message);
    }

    /** Reports what is wrong with the whole. */
    public void refuse(String message) {
        refuse(place(), message);
    }

    /** Reports that the key should be here, unless a syntax error may have swallowed it. */
    public void refuseMissing(Setting<?> key, String who) {
        sound = false;
        if (parts.stream().allMatch(Part::whole)) {
            refuse(who + " needs " + key.name() + ": " + key.description());
        }
    }

    /**
     * Reports the entry where what the parts say was there before.
     *
     * @param what names it in the message
     */
    public void once(Setting<?> key, String what, Object... identity) {
        Place place = place(key);
        document.take(List.of(identity), place)
                .ifPresent(first ->
                        refuse(place, what + " is there already, in " + first.seenFrom(place)));
    }

    /** Something within it was refused and reported. */
    public void spoil() {
        sound = false;
    }

    /** Where a character of a string's value was written; where that can't be said, its key. */
    public Place placeWithin(Setting<?> key, int offset) {
        Place place = place(key);
        return WrittenString.find(document.text(place.file()), place, offset).orElse(place);
    }

    private void refuse(Place place, String message) {
        sound = false;
        document.report(place, message);
    }

    /** Where the key is set, the last time; where it isn't, the entry itself. */
    private Place place(Setting<?> key) {
        for (Part part : parts.reversed()) {
            if (part.table().contains(List.of(key.name()))) {
                return part.place(key.name());
            }
        }
        return place();
    }

    private Place place() {
        return parts.isEmpty() ? nowhere : parts.getLast().header();
    }

    private void read(Setting<?> key) {
        boolean set = false;
        for (Part part : parts) {
            Object raw = part.table().get(List.of(key.name()));
            if (raw != null) {
                set = true;
                read(key, raw, part.place(key.name()));
            }
        }
        if (set) {
            return;
        }
        if (key.required()) {
            refuseMissing(key, section.header());
        }
        Object fallback = key.fallback();
        if (fallback != null) {
            read(key, fallback, place());
        }
    }

    private void read(Setting<?> key, Object raw, Place place) {
        var value = new Value(key.name(), raw, place, document.scope());
        Optional<?> read = key.kind().reader().read(value);
        sound &= read.isPresent();
        values.remove(key.name());
        read.ifPresent(it -> values.put(key.name(), it));
    }

    private void refuseUnknown(List<? extends Setting<?>> others) {
        Set<String> known = new LinkedHashSet<>();
        section.keys().forEach(key -> known.add(key.name()));
        others.forEach(key -> known.add(key.name()));
        for (Part part : parts) {
            for (String key : part.table().keySet()) {
                if (!known.contains(key)) {
                    @Nullable Object value = part.table().get(List.of(key));
                    refuse(
                            part.place(key),
                            "unknown key "
                                    + Malformed.quote(key)
                                    + " in "
                                    + section.header()
                                    + ": "
                                    + document.hint(section, key, value, known));
                }
            }
        }
    }
}
