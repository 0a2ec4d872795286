package io.pipit.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lists of resources in link format (RFC 6690): writing, filtering by query, and reading. All
 * methods are thread-safe.
 */
public final class LinkFormat {
    /** {@code application/link-format}. */
    public static final int CONTENT_FORMAT = 40;

    /** Links that are read from one body. */
    private static final int LINKS_MAX = 10_000;

    /** Attributes that hold several values with spaces between them. */
    private static final Set<String> LISTS = Set.of("rt", "if", "rel", "rev", "ct");

    private static final String PATH_CHARS =
            "/-._~!$&'()*+,;=:@0123456789" + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private LinkFormat() {}

    /**
     * One resource.
     *
     * @param path from the root, decoded, {@code /sensors/air/temperature}
     * @param attributes in the order in which they are written; an empty value is written as the
     *     name alone
     */
    public record Link(String path, Map<String, String> attributes) {
        public Link {
            attributes = new LinkedHashMap<>(attributes);
        }

        /** A link without attributes; {@link #with} adds them. */
        public static Link to(String path) {
            return new Link(path, Map.of());
        }

        /** The same with one attribute more. */
        public Link with(String name, String value) {
            var more = new LinkedHashMap<>(attributes);
            more.put(name, value);
            return new Link(path, more);
        }

        /** The same with an attribute that needs no value. */
        public Link with(String name) {
            return with(name, "");
        }
    }

    /** The links with commas between them. */
    public static byte[] write(List<Link> links) {
        var out = new StringBuilder();
        for (Link link : links) {
            out.append(out.isEmpty() ? "<" : ",<");
            path(out, link.path());
            out.append('>');
            link.attributes()
                    .forEach((name, value) -> {
                        out.append(';').append(name);
                        if (!value.isEmpty()) {
                            out.append('=');
                            value(out, value);
                        }
                    });
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void path(StringBuilder out, String path) {
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (PATH_CHARS.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%').append("%02X".formatted((int) c));
            }
        }
    }

    private static void value(StringBuilder out, String value) {
        if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            out.append(value);
            return;
        }
        out.append('"');
        value.chars().forEach(c -> out.append(c == '"' || c == '\\' ? "\\" : "").append((char) c));
        out.append('"');
    }

    /**
     * Those links that a query asks for (RFC 6690, section 4.1): each {@code name=value} must fit;
     * a {@code *} at the value's end stands for any rest.
     *
     * @param query decoded Uri-Query options
     */
    public static List<Link> filter(List<Link> links, List<String> query) {
        return links.stream().filter(link -> query.stream().allMatch(q -> fits(link, q))).toList();
    }

    private static boolean fits(Link link, String query) {
        int equals = query.indexOf('=');
        String name = equals < 0 ? query : query.substring(0, equals);
        String wanted = equals < 0 ? "*" : query.substring(equals + 1);
        if (name.equals("href")) {
            return fitsValue(link.path(), wanted);
        }
        String value = link.attributes().get(name);
        if (value == null) {
            return false;
        }
        return fitsValue(value, wanted)
                || (LISTS.contains(name)
                        && Arrays.stream(value.split(" ", -1)).anyMatch(v -> fitsValue(v, wanted)));
    }

    private static boolean fitsValue(String value, String wanted) {
        return wanted.endsWith("*")
                ? value.startsWith(wanted.substring(0, wanted.length() - 1))
                : value.equals(wanted);
    }

    /** Reads links. */
    public static List<Link> read(byte[] bytes) throws WireException {
        if (bytes.length > Format.BODY_BYTES_MAX) {
            throw new WireException("more than " + Format.BODY_BYTES_MAX + " bytes of links");
        }
        return new Reader(new String(bytes, StandardCharsets.UTF_8)).links();
    }

    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        List<Link> links() throws WireException {
            var links = new ArrayList<Link>();
            spaces();
            while (at < text.length()) {
                if (links.size() == LINKS_MAX) {
                    throw new WireException("more than " + LINKS_MAX + " links");
                }
                links.add(link());
                spaces();
                if (at < text.length()) {
                    expect(',');
                    spaces();
                }
            }
            return links;
        }

        private Link link() throws WireException {
            expect('<');
            int end = text.indexOf('>', at);
            if (end < 0) {
                throw malformed("a > is missing");
            }
            String path = decoded(text.substring(at, end));
            at = end + 1;
            var attributes = new LinkedHashMap<String, String>();
            spaces();
            while (at < text.length() && text.charAt(at) == ';') {
                at++;
                spaces();
                String name = until("=;, ");
                if (name.isEmpty()) {
                    throw malformed("an attribute has no name");
                }
                spaces();
                String value = "";
                if (at < text.length() && text.charAt(at) == '=') {
                    at++;
                    spaces();
                    value = at < text.length() && text.charAt(at) == '"' ? quoted() : until(";, ");
                }
                attributes.putIfAbsent(name, value);
                spaces();
            }
            return new Link(path, attributes);
        }

        private String until(String stops) {
            int from = at;
            while (at < text.length() && stops.indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(from, at);
        }

        private String quoted() throws WireException {
            var out = new StringBuilder();
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\') {
                    at++;
                }
                if (at < text.length()) {
                    out.append(text.charAt(at++));
                }
            }
            expect('"');
            return out.toString();
        }

        private String decoded(String path) throws WireException {
            if (path.indexOf('%') < 0) {
                return path;
            }
            byte[] in = path.getBytes(StandardCharsets.UTF_8);
            byte[] out = new byte[in.length];
            int length = 0;
            for (int i = 0; i < in.length; i++) {
                if (in[i] != '%') {
                    out[length++] = in[i];
                    continue;
                }
                int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
                int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw malformed("a % is not followed by two hexadecimal digits");
                }
                out[length++] = (byte) (high << 4 | low);
                i += 2;
            }
            return new String(out, 0, length, StandardCharsets.UTF_8);
        }

        private void spaces() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private void expect(char c) throws WireException {
            if (at >= text.length() || text.charAt(at) != c) {
                throw malformed("a " + c + " is missing");
            }
            at++;
        }

        private WireException malformed(String what) {
            return new WireException("links are malformed at character " + at + ": " + what);
        }
    }
}
