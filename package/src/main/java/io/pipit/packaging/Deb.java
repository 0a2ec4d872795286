package io.pipit.packaging;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;

/** Writes a Debian package ({@code deb(5)}): three members in an {@code ar} archive. */
final class Deb {
    private static final String ROOT = "./";
    private static final int UNIT_BYTES = 1024;

    private Deb() {}

    /**
     * The package.
     *
     * @param data what it installs
     * @param control its control files but for those that follow from the data, whose size
     *     {@code @INSTALLED_SIZE@} stands for; scripts by their names, as {@code postinst}
     * @param time when all was changed
     */
    static byte[] of(Tree data, Map<String, String> control, Instant time) {
        StringBuilder sums = new StringBuilder();
        StringBuilder configuration = new StringBuilder();
        // As dpkg-gencontrol counts: whole units for a file, one for anything else.
        int[] units = {0};
        data.each((path, entry) -> {
            if (entry instanceof Tree.File(byte[] content, int _)) {
                units[0] += (content.length + UNIT_BYTES - 1) / UNIT_BYTES;
                if (path.startsWith("etc/")) {
                    configuration.append('/').append(path).append('\n');
                } else {
                    sums.append(md5(content)).append("  ").append(path).append('\n');
                }
            } else {
                units[0]++;
            }
        });
        Tree files = new Tree();
        files.file("md5sums", sums.toString().getBytes(UTF_8));
        files.file("conffiles", configuration.toString().getBytes(UTF_8));
        control.forEach((name, text) -> {
            byte[] content =
                    text.replace("@INSTALLED_SIZE@", Integer.toString(units[0])).getBytes(UTF_8);
            if (text.startsWith("#!")) {
                files.program(name, content);
            } else {
                files.file(name, content);
            }
        });
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("!<arch>\n".getBytes(US_ASCII));
        member(out, "debian-binary", "2.0\n".getBytes(US_ASCII), time);
        member(out, "control.tar.gz", Gzip.compress(Tar.of(files, ROOT, time)), time);
        member(out, "data.tar.gz", Gzip.compress(Tar.of(data, ROOT, time)), time);
        return out.toByteArray();
    }

    private static void member(
            ByteArrayOutputStream out, String name, byte[] content, Instant time) {
        out.writeBytes(
                "%-16s%-12d%-6d%-6d%-8s%-10d`\n"
                        .formatted(name, time.getEpochSecond(), 0, 0, "100644", content.length)
                        .getBytes(US_ASCII));
        out.writeBytes(content);
        if (content.length % 2 != 0) {
            out.write('\n');
        }
    }

    private static String md5(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
