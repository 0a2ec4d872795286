package io.pipit.drivers.ina219;

/**
 * How an INA219 is set for a shunt and the largest current through it (INA219 datasheet,
 * "Programming the Calibration Register", equations 1 to 3).
 *
 * @param gain the bits PG: 0 to 3 for 40, 80, 160 and 320 mV across the shunt
 * @param calibration the value of the calibration register
 * @param ampereStep what the lowest bit of the current register stands for
 */
record Scale(int gain, int calibration, double ampereStep) {

    /** The most that can be across the shunt. */
    static final double SHUNT_VOLTS_MAX = 0.32;

    private static final double SMALLEST_RANGE = 0.04;

    /** A full scale of the shunt's register with the smallest range, 10 uV to the step. */
    private static final int SMALLEST_RANGE_STEPS = 4000;

    private static final double INTERNAL = 0.04096;
    private static final int CURRENT_STEPS = 32_768;

    /** The lowest bit does not exist. */
    private static final int CALIBRATION_MAX = 0xFFFE;

    /** The power register counts steps of so many times the current's. */
    private static final int POWER_STEPS = 20;

    /** The finest scale that covers a current; no more than 0.32 V may come of it at the shunt. */
    static Scale of(double shuntOhms, double maxAmperes) {
        int gain = 0;
        // 0.1 times 0.4 is a little more than 0.04.
        while (SMALLEST_RANGE * (1 << gain) < maxAmperes * shuntOhms * (1 - 1e-9) && gain < 3) {
            gain++;
        }
        double wanted = INTERNAL * CURRENT_STEPS / (maxAmperes * shuntOhms);
        int calibration = (int) Math.min(wanted, CALIBRATION_MAX) & CALIBRATION_MAX;
        return new Scale(gain, calibration, INTERNAL / (calibration * shuntOhms));
    }

    double amperes(int raw) {
        return raw * ampereStep;
    }

    double watts(int raw) {
        return raw * POWER_STEPS * ampereStep;
    }

    /** Whether the shunt's register is at its end. */
    boolean isSaturated(int rawShunt) {
        return Math.abs(rawShunt) >= SMALLEST_RANGE_STEPS << gain;
    }
}
