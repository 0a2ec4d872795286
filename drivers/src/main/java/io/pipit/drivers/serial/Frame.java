package io.pipit.drivers.serial;

import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a message of a device looks like: fixed bytes at its start, a fixed length, a checksum.
 *
 * @param header the bytes at its start, 0 to 255
 * @param length of all of it, the header included
 * @param intact whether the checksum of such a message is right
 */
public record Frame(List<Integer> header, int length, Predicate<byte[]> intact) {

    public Frame {
        header = List.copyOf(header);
        if (header.isEmpty() || length < header.size()) {
            throw new IllegalArgumentException("a frame of " + length + " bytes with " + header);
        }
    }

    /** Whether bytes from here on may be a frame, as far as there are any. */
    boolean mayBeginAt(byte[] bytes, int from, int end) {
        for (int i = 0; i < header.size() && from + i < end; i++) {
            if ((bytes[from + i] & 0xFF) != header.get(i)) {
                return false;
            }
        }
        return true;
    }

    String headerInHex() {
        HexFormat hex = HexFormat.of().withUpperCase();
        return String.join(
                " ", header.stream().map(one -> hex.toHexDigits(one.byteValue())).toList());
    }
}
