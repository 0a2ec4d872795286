package io.pipit.drivers.linux.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The bytes that C compilers make of the kernel's headers; {@code structs.c} says how. */
public final class Golden {

    private Golden() {}

    /** A struct, filled in as {@code structs.c} does, on a machine with this word. */
    public static byte[] bytes(Word word, String name) {
        String file = word == Word.BITS_32 ? "structs-32.txt" : "structs-64.txt";
        try (InputStream in = Golden.class.getResourceAsStream("../" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(line -> line.split(" "))
                    .filter(line -> line[0].equals(name))
                    .map(line -> HexFormat.of().parseHex(line[1]))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of an ioctl request, the same on all machines. */
    public static long request(String name) {
        return Integer.toUnsignedLong(
                ByteBuffer.wrap(bytes(Word.BITS_64, "request_" + name))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getInt());
    }
}
