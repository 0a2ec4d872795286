package io.pipit.drivers.mpu6050;

/**
 * How much an MPU-6050 is set to measure, and what its numbers come to (MPU-6000/6050 product
 * specification sections 6.1 and 6.2).
 *
 * @param gCode AFS_SEL: 0 to 3 for 2, 4, 8 and 16 times the gravity of the earth
 * @param degreesCode FS_SEL: 0 to 3 for 250, 500, 1000 and 2000 degrees per second
 */
record Ranges(int gCode, int degreesCode) {

    private static final int SMALLEST_G = 2;
    private static final int SMALLEST_DEGREES = 250;
    private static final double STEPS_A_G = 16_384;
    private static final double[] STEPS_A_DEGREE = {131, 65.5, 32.8, 16.4};
    private static final double STANDARD_GRAVITY = 9.80665;

    static Ranges of(int g, int degreesPerSecond) {
        return new Ranges(
                Integer.numberOfTrailingZeros(g / SMALLEST_G),
                Integer.numberOfTrailingZeros(degreesPerSecond / SMALLEST_DEGREES));
    }

    double metresPerSecondSquared(int raw) {
        return raw * (1 << gCode) / STEPS_A_G * STANDARD_GRAVITY;
    }

    double radiansPerSecond(int raw) {
        return Math.toRadians(raw / STEPS_A_DEGREE[degreesCode]);
    }
}
