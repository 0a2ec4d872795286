package io.pipit.drivers.i2c;

/**
 * The checksum of Sensirion's chips and of those that imitate them: polynomial x^8 + x^5 + x^4 + 1,
 * most significant bit first, nothing reflected and nothing inverted at the end (SHT3x-DIS
 * datasheet section 4.12, HTU21D(F) datasheet "CRC checksum"). Immutable; any thread.
 */
public final class Crc8 {

    /** Sensirion's newer chips start with all ones: the sum of BEEF is 92. */
    public static final Crc8 FROM_ONES = new Crc8(0xFF);

    /** SHT2x, HTU21 and Si70xx start with zero: the sum of DC is 79. */
    public static final Crc8 FROM_ZERO = new Crc8(0);

    private static final int POLYNOMIAL = 0x31;

    private final int start;

    private Crc8(int start) {
        this.start = start;
    }

    /** The sum over a part of some bytes, 0 to 255. */
    public int of(byte[] bytes, int from, int count) {
        int sum = start;
        for (int i = from; i < from + count; i++) {
            sum ^= bytes[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                sum = (sum & 0x80) == 0 ? sum << 1 : ((sum << 1) ^ POLYNOMIAL) & 0xFF;
            }
        }
        return sum;
    }

    /** Whether the byte after a part of some bytes is its sum. */
    public boolean matches(byte[] bytes, int from, int count) {
        return of(bytes, from, count) == (bytes[from + count] & 0xFF);
    }
}
