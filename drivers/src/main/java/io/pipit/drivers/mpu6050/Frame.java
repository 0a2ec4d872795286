package io.pipit.drivers.mpu6050;

import io.pipit.drivers.i2c.Words;

/**
 * One sample of an MPU-6050 as its registers 0x3B to 0x48 have it, and as its FIFO has it where all
 * of these go there, in the same order (MPU-6000/6050 register map section 4.17 and 4.18): so that
 * batches from the FIFO are decoded by the same code as single readings.
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
    private static final int TEMPERATURE_AT = AXES * WORD;
    private static final int ROTATION_AT = TEMPERATURE_AT + WORD;

    static Frame of(byte[] bytes, int at) {
        return new Frame(
                axes(bytes, at),
                (short) Words.big(bytes, at + TEMPERATURE_AT),
                axes(bytes, at + ROTATION_AT));
    }

    private static int[] axes(byte[] bytes, int at) {
        int[] axes = new int[AXES];
        for (int i = 0; i < AXES; i++) {
            axes[i] = (short) Words.big(bytes, at + i * WORD);
        }
        return axes;
    }

    /** Whether one of the axes is at the end of its range. */
    boolean isSaturated() {
        for (int i = 0; i < AXES; i++) {
            if (isAtTheEnd(acceleration[i]) || isAtTheEnd(rotation[i])) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAtTheEnd(int raw) {
        return raw == Short.MAX_VALUE || raw == Short.MIN_VALUE;
    }

    /** Degrees Celsius (register map section 4.18). */
    double celsius() {
        return temperature / 340.0 + 36.53;
    }
}
