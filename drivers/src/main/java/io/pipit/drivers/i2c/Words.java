package io.pipit.drivers.i2c;

/** Numbers of 16 bits in bytes, as chips send them. Static functions alone; any thread. */
public final class Words {

    private Words() {}

    /** The more significant byte first: 0 to 65535; cast it to short where it has a sign. */
    public static int big(byte[] bytes, int at) {
        return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
    }

    /** The less significant byte first: 0 to 65535; cast it to short where it has a sign. */
    public static int little(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) | ((bytes[at + 1] & 0xFF) << 8);
    }
}
