package io.pipit.drivers.linux.scan;

import java.util.List;

/**
 * Something that a scan found.
 *
 * @param kind what it is connected by: {@code i2c}, {@code spi}, {@code gpio}, or what of the
 *     kernel's shows it: {@code w1}, {@code hwmon}, {@code iio}, {@code thermal}
 * @param place where, {@code i2c-1 0x76}
 * @param what what is known of it, in words
 * @param fits the drivers that could read it, the likeliest first
 */
public record Finding(String kind, String place, String what, List<Fit> fits) {

    /**
     * A driver that could read it.
     *
     * @param because what speaks for it
     * @param toml a {@code [[sensor]]} that can be copied into the configuration
     */
    public record Fit(String driver, String because, String toml) {}

    public Finding {
        fits = List.copyOf(fits);
    }
}
