package io.pipit.drivers.bmx280;

import java.time.Duration;

/**
 * How often each quantity is measured for one value: 1, 2, 4, 8 or 16 times, 0 for never.
 *
 * @param temperature temperature, at least 1, since the others need it
 * @param pressure pressure
 * @param humidity humidity; 0 for a BMP280
 */
record Oversampling(int temperature, int pressure, int humidity) {

    /** The bits for ctrl_meas, without the mode (BME280 datasheet section 5.4.5). */
    int measureBits() {
        return (code(temperature) << 5) | (code(pressure) << 2);
    }

    /** The bits for ctrl_hum (BME280 datasheet section 5.4.3). */
    int humidityBits() {
        return code(humidity);
    }

    /** The longest that a conversion takes (BME280 datasheet "Measurement time"). */
    Duration longestConversion() {
        double ms =
                1.25
                        + 2.3 * temperature
                        + (pressure == 0 ? 0 : 2.3 * pressure + 0.575)
                        + (humidity == 0 ? 0 : 2.3 * humidity + 0.575);
        return Duration.ofNanos((long) (ms * 1e6));
    }

    private static int code(int times) {
        return times == 0 ? 0 : 1 + Integer.numberOfTrailingZeros(times);
    }
}
