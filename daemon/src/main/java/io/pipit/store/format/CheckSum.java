package io.pipit.store.format;

import java.util.zip.CRC32C;

/** CRC-32C behind what it is of: four bytes, the lowest first. */
final class CheckSum {
    static final int BYTES = 4;

    private CheckSum() {}

    /** Puts it behind all that is before the end. */
    static void put(byte[] data, int end) {
        int sum = of(data, end);
        for (int i = 0; i < BYTES; i++) {
            data[end + i] = (byte) (sum >>> (8 * i));
        }
    }

    /** Whether what stands behind the end is that of all before. */
    static boolean isRight(byte[] data, int end) {
        int sum = 0;
        for (int i = 0; i < BYTES; i++) {
            sum |= (data[end + i] & 0xff) << (8 * i);
        }
        return sum == of(data, end);
    }

    private static int of(byte[] data, int end) {
        CRC32C check = new CRC32C();
        check.update(data, 0, end);
        return (int) check.getValue();
    }
}
