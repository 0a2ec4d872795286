package io.pipit.packaging;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pipit.packaging.Tree.File;
import io.pipit.packaging.Tree.Folder;
import io.pipit.packaging.Tree.Link;
import java.io.ByteArrayOutputStream;
import java.time.Instant;

/** Writes a tree as POSIX's {@code ustar} (IEEE Std 1003.1, pax, "ustar Interchange Format"). */
final class Tar {
    private static final int BLOCK_BYTES = 512;
    private static final int NAME_BYTES_MAX = 100;
    private static final int FOLDER_MODE = 0755;
    private static final int LINK_MODE = 0777;

    private Tar() {}

    /**
     * The archive.
     *
     * @param prefix put before each path
     * @param time when all was changed
     */
    static byte[] of(Tree tree, String prefix, Instant time) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        tree.each((path, entry) -> {
            String name = prefix + path;
            switch (entry) {
                case Folder() -> header(out, name + "/", FOLDER_MODE, 0, '5', "", time);
                case Link(String target) -> header(out, name, LINK_MODE, 0, '2', target, time);
                case File(byte[] content, int mode) -> {
                    header(out, name, mode, content.length, '0', "", time);
                    out.writeBytes(content);
                    out.writeBytes(new byte[-content.length & BLOCK_BYTES - 1]);
                }
            }
        });
        out.writeBytes(new byte[2 * BLOCK_BYTES]);
        return out.toByteArray();
    }

    private static void header(
            ByteArrayOutputStream out,
            String name,
            int mode,
            int size,
            char kind,
            String target,
            Instant time) {
        if (name.length() > NAME_BYTES_MAX || target.length() > NAME_BYTES_MAX) {
            throw new IllegalArgumentException("too long for a name in the archive: " + name);
        }
        byte[] block = new byte[BLOCK_BYTES];
        text(block, 0, name);
        text(block, 100, "%07o".formatted(mode));
        text(block, 108, "0000000");
        text(block, 116, "0000000");
        text(block, 124, "%011o".formatted(size));
        text(block, 136, "%011o".formatted(time.getEpochSecond()));
        text(block, 148, "        ");
        block[156] = (byte) kind;
        text(block, 157, target);
        text(block, 257, "ustar\00000");
        text(block, 265, "root");
        text(block, 297, "root");
        int sum = 0;
        for (byte each : block) {
            sum += each & 0xff;
        }
        text(block, 148, "%06o\0".formatted(sum));
        out.writeBytes(block);
    }

    private static void text(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }
}
