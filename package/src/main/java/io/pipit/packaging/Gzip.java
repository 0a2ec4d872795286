package io.pipit.packaging;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Compresses as {@code gzip -9n} does (RFC 1952). */
final class Gzip {
    /** Magic, deflate, no flags, no time, "compressed as well as can be", Unix. */
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 2, 3};

    private static final int BUFFER_BYTES = 65_536;

    private Gzip() {}

    static byte[] compress(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length / 2 + BUFFER_BYTES);
        out.writeBytes(HEADER);
        try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true)) {
            deflater.setInput(content);
            deflater.finish();
            byte[] buffer = new byte[BUFFER_BYTES];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
        }
        CRC32 crc = new CRC32();
        crc.update(content);
        out.writeBytes(
                ByteBuffer.allocate(2 * Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt((int) crc.getValue())
                        .putInt(content.length)
                        .array());
        return out.toByteArray();
    }
}
