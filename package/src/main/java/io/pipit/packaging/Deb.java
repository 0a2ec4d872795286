package io.pipit.packaging;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
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
        Map<String, byte[]> members = new LinkedHashMap<>();
        members.put("debian-binary", "2.0\n".getBytes(US_ASCII));
        members.put("control.tar.gz", Archives.tarGz(files, ROOT, time));
        members.put("data.tar.gz", Archives.tarGz(data, ROOT, time));
        return Archives.ar(members, time);
    }

    private static String md5(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
