package io.pipit.drivers.mpu6050;

import io.pipit.drivers.i2c.Words;

/**
 * One sample of an MPU-6050 as its registers 0x3B to 0x48 have it (MPU-6000/6050 register map
 * section 4.17 and 4.18).
 *
 * @param acceleration raw, about x, y and z
 * @param temperature raw
 * @param rotation raw, about x, y and z
 */
@SuppressWarnings("ArrayRecordComponent") // private to this package, and never compared
record Frame(int[] acceleration, int temperature, int[] rotation) {

    static final int BYTES = 14;

    private static final int WORD = 2;
    private static final int AXES = 3;
    static final int AXES_BYTES = AXES * WORD;
    private static final int TEMPERATURE_AT = AXES_BYTES;
    private static final int ROTATION_AT = TEMPERATURE_AT + WORD;

    static Frame of(byte[] bytes, int at) {
        return new Frame(
                axes(bytes, at),
                (short) Words.big(bytes, at + TEMPERATURE_AT),
                axes(bytes, at + ROTATION_AT));
    }

    /** Three axes, raw, which the FIFO has in the same form. */
    static int[] axes(byte[] bytes, int at) {
        int[] axes = new int[AXES];
        for (int i = 0; i < AXES; i++) {
            axes[i] = (short) Words.big(bytes, at + i * WORD);
        }
        return axes;
    }

    /** Whether one of the axes is at the end of its range. */
    boolean isSaturated() {
        return isSaturated(acceleration) || isSaturated(rotation);
    }

    /** Whether one of these is at the end of its range. */
    static boolean isSaturated(int[] axes) {
        for (int raw : axes) {
            if (raw == Short.MAX_VALUE || raw == Short.MIN_VALUE) {
                return true;
            }
        }
        return false;
    }

    /** Degrees Celsius (register map section 4.18). */
    double celsius() {
        return temperature / 340.0 + 36.53;
    }
}
