package io.pipit.http.page;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of the page.
 *
 * @param tag tells one version of it from another (RFC 9110, section 8.8.3)
 */
record Asset(String type, byte[] content, String tag) {
    private static final Map<String, String> TYPES =
            Map.of(
                    "index.html", "text/html; charset=utf-8",
                    "page.css", "text/css; charset=utf-8",
                    "page.js", "text/javascript; charset=utf-8",
                    "chart.js", "text/javascript; charset=utf-8",
                    "icon.svg", "image/svg+xml");

    /**
     * All there are, by their paths.
     *
     * @throws IOException where the program's own jar can't be read
     */
    static Map<String, Asset> all() throws IOException {
        Map<String, Asset> all = new HashMap<>();
        for (Map.Entry<String, String> file : TYPES.entrySet()) {
            String name = file.getKey();
            try (InputStream in = Asset.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IOException("the program has no " + name + ": install it anew");
                }
                byte[] content = in.readAllBytes();
                CRC32C sum = new CRC32C();
                sum.update(content);
                String tag = '"' + HexFormat.of().toHexDigits((int) sum.getValue()) + '"';
                all.put(
                        name.equals("index.html") ? "/" : "/" + name,
                        new Asset(file.getValue(), content, tag));
            }
        }
        return all;
    }
}
