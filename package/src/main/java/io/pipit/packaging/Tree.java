package io.pipit.packaging;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Files as they are to be installed, by their paths without a leading slash, in the order of these:
 * a folder comes before what is in it. All belongs to root.
 */
final class Tree {
    private static final int PROGRAM = 0755;
    private static final int PLAIN = 0644;

    /** What is at a path. */
    sealed interface Entry {}

    /** A folder, which everybody may look into and only root change. */
    record Folder() implements Entry {}

    /**
     * A file.
     *
     * @param mode as of {@code chmod}
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
    record File(byte[] content, int mode) implements Entry {}

    /** A symbolic link. */
    record Link(String target) implements Entry {}

    private final SortedMap<String, Entry> entries = new TreeMap<>();

    /** A file that is run. */
    void program(String path, byte[] content) {
        put(path, new File(content, PROGRAM));
    }

    /** A file that is read. */
    void file(String path, byte[] content) {
        put(path, new File(content, PLAIN));
    }

    void link(String path, String target) {
        put(path, new Link(target));
    }

    void folder(String path) {
        put(path, new Folder());
    }

    /**
     * All of another tree.
     *
     * @param prefix a folder for it, with a slash behind it
     */
    void all(String prefix, Tree other) {
        other.each((path, entry) -> put(prefix + path, entry));
    }

    void each(BiConsumer<String, Entry> to) {
        entries.forEach(to);
    }

    /** The files below a folder, with a slash behind its name, by their whole paths. */
    SortedMap<String, File> files(String folder) {
        SortedMap<String, File> files = new TreeMap<>();
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            if (entry.getKey().startsWith(folder) && entry.getValue() instanceof File file) {
                files.put(entry.getKey(), file);
            }
        }
        return files;
    }

    private void put(String path, Entry entry) {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            entries.putIfAbsent(path.substring(0, slash), new Folder());
        }
        Entry there = entries.put(path, entry);
        if (there != null && !there.equals(entry)) {
            throw new IllegalStateException(path + " is in the package twice");
        }
    }
}
