package io.pipit.archive;

import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a backup says of itself: the entry {@code manifest.json} at its end.
 *
 * @param node the ID of the node
 * @param name what it was called
 * @param made when, RFC 3339 in UTC
 * @param program the version that made it
 * @param store the version of the store's tables; 0 where there are no readings in it
 * @param items what else is in it
 */
record Manifest(
        String node, String name, String made, String program, int store, List<Item> items) {
    static final String ENTRY = "manifest.json";

    /** Of this layout. A later one that this program can't read has another number. */
    static final int FORMAT = 1;

    /** Files in a backup. */
    static final int ITEMS_MAX = 1_000;

    /** Of the manifest itself. */
    static final int BYTES_MAX = 1 << 20;

    /** Nothing else is taken, so that no name leads elsewhere. */
    private static final Pattern PATH =
            Pattern.compile(
                    "(?:data/(?:identity/)?|config/(?:conf\\.d/)?)[^./\\p{Cntrl}][^/\\p{Cntrl}]{0,199}");

    /**
     * A file.
     *
     * @param path {@code data/…} as below the data directory, {@code config/…} as beside the
     *     configuration
     */
    record Item(String path, long bytes, String sha256) {}

    Manifest {
        items = List.copyOf(items);
    }

    static boolean isPath(String path) {
        return PATH.matcher(path).matches();
    }

    byte[] encode() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", FORMAT);
        all.put("node", node);
        all.put("name", name);
        all.put("made", made);
        all.put("program", program);
        all.put("store", store);
        List<Object> files = new ArrayList<>();
        for (Item item : items) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("path", item.path);
            one.put("bytes", item.bytes);
            one.put("sha256", item.sha256);
            files.add(one);
        }
        all.put("files", files);
        return Document.write(all, Format.JSON);
    }

    /**
     * Reads one.
     *
     * @throws IOException in words, where it makes no sense
     */
    static Manifest decode(byte[] bytes) throws IOException {
        Document said;
        try {
            said = Document.read(bytes, Format.JSON);
        } catch (WireException e) {
            throw new IOException("its manifest can't be read: " + e.getMessage(), e);
        }
        long format = said.get("format").whole(0);
        if (format != FORMAT) {
            throw new IOException(
                    "it is of format "
                            + format
                            + ", this pipit knows "
                            + FORMAT
                            + "; take a newer");
        }
        List<Item> items = new ArrayList<>();
        Set<String> paths = new HashSet<>();
        for (Document each : said.get("files").items()) {
            Item item =
                    new Item(
                            each.get("path").text(""),
                            each.get("bytes").whole(-1),
                            each.get("sha256").text(""));
            if (!isPath(item.path) || item.bytes < 0 || !paths.add(item.path)) {
                throw new IOException("its manifest names a file '" + item.path + "'");
            }
            items.add(item);
        }
        if (items.isEmpty() || items.size() > ITEMS_MAX) {
            throw new IOException("its manifest names " + items.size() + " files");
        }
        return new Manifest(
                said.get("node").text(""),
                said.get("name").text(""),
                said.get("made").text(""),
                said.get("program").text(""),
                (int) said.get("store").whole(0),
                items);
    }
}
