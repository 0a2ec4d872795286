package io.pipit.port.bulk;

import io.pipit.port.bulk.FileRefused.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The name of a file among the files of one folder: segments, of which the last is the file's own
 * and the others are folders. What this lets through can't lead out of that folder, nor to a hidden
 * file.
 *
 * @param segments one to {@link #SEGMENTS_MAX}
 */
public record FileName(List<String> segments) {
    /** Folders within each other, and the file. */
    public static final int SEGMENTS_MAX = 16;

    /** Of one segment, as Linux has it (NAME_MAX). */
    public static final int SEGMENT_BYTES_MAX = 255;

    /** Of all of them, with the slashes. */
    public static final int BYTES_MAX = 1_024;

    private static final int QUOTED_CHARS_MAX = 64;

    public FileName {
        segments = List.copyOf(segments);
    }

    /**
     * Checks a name as it came over the wire, one segment for each Uri-Path.
     *
     * @throws FileRefused with {@link Reason#NAME}
     */
    public static FileName of(List<String> segments) throws FileRefused {
        if (segments.isEmpty() || segments.size() > SEGMENTS_MAX) {
            throw refused("a name has 1 to " + SEGMENTS_MAX + " segments");
        }
        for (String segment : segments) {
            check(segment);
        }
        FileName name = new FileName(segments);
        if (name.toString().getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            throw refused("a name has at most " + BYTES_MAX + " bytes");
        }
        return name;
    }

    /** The same of a name with slashes between its segments. */
    public static FileName parse(String name) throws FileRefused {
        return of(Arrays.asList(name.split("/", -1)));
    }

    private static void check(String segment) throws FileRefused {
        if (segment.isEmpty() || segment.startsWith(".")) {
            throw refused(
                    quoted(segment) + " is no file's name here: it is empty or begins with a dot");
        }
        if (segment.indexOf('/') >= 0 || segment.indexOf('\\') >= 0) {
            throw refused(quoted(segment) + ": a slash parts two segments and is in none");
        }
        // Control characters, and those that turn the direction of what is printed after them.
        boolean plain =
                segment.codePoints()
                        .noneMatch(c ->
                                Character.isISOControl(c)
                                        || Character.getType(c) == Character.FORMAT
                                        || Character.getType(c) == Character.SURROGATE
                                        || Character.getType(c) == Character.LINE_SEPARATOR
                                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                                        || c == '\uFFFD');
        if (!plain) {
            throw refused(quoted(segment) + " has characters that can't be printed");
        }
        if (segment.getBytes(StandardCharsets.UTF_8).length > SEGMENT_BYTES_MAX) {
            throw refused(quoted(segment) + " is longer than " + SEGMENT_BYTES_MAX + " bytes");
        }
    }

    private static String quoted(String segment) {
        String shown = segment.substring(0, Math.min(segment.length(), QUOTED_CHARS_MAX));
        return "'" + shown.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}]", "?") + "'";
    }

    private static FileRefused refused(String why) {
        return new FileRefused(Reason.NAME, why);
    }

    /** The folders on the way to it. */
    public List<String> folders() {
        return segments.subList(0, segments.size() - 1);
    }

    /** Its own. */
    public String last() {
        return segments.getLast();
    }

    /** With slashes between the segments. */
    @Override
    public String toString() {
        return String.join("/", segments);
    }
}
