package io.pipit.drivers.i2c;

import io.pipit.drivers.SensorException;

/**
 * Words of 16 bits, most significant byte first, each with its checksum after it: how Sensirion's
 * chips speak (SHT3x-DIS datasheet section 4.4). Static functions alone; any thread.
 */
public final class CheckedWords {

    /** Bytes of a word with its checksum. */
    public static final int BYTES = 3;

    private CheckedWords() {}

    /**
     * The words in what a device sent.
     *
     * @throws SensorException of category {@code IO} where a checksum is wrong
     */
    public static int[] of(I2cDevice device, Crc8 crc, byte[] bytes) throws SensorException {
        int[] words = new int[bytes.length / BYTES];
        for (int i = 0; i < words.length; i++) {
            int at = i * BYTES;
            if (!crc.matches(bytes, at, 2)) {
                throw device.wrongChecksum();
            }
            words[i] = Words.big(bytes, at);
        }
        return words;
    }

    /** Words as they travel. */
    public static byte[] toBytes(Crc8 crc, int... words) {
        byte[] bytes = new byte[words.length * BYTES];
        for (int i = 0; i < words.length; i++) {
            int at = i * BYTES;
            bytes[at] = (byte) (words[i] >> 8);
            bytes[at + 1] = (byte) words[i];
            bytes[at + 2] = (byte) crc.of(bytes, at, 2);
        }
        return bytes;
    }
}
