package io.pipit.drivers.bmx280;

import java.util.Map;

/** The two chips of the family, and how to tell them and their relatives apart. */
enum Chip {
    BME280("bme280", true),
    BMP280("bmp280", false);

    private static final Map<Integer, String> OTHERS =
            Map.of(0x55, "BMP180", 0x61, "BME680", 0x50, "BMP388");

    final String driver;
    final boolean measuresHumidity;

    Chip(String driver, boolean measuresHumidity) {
        this.driver = driver;
        this.measuresHumidity = measuresHumidity;
    }

    boolean hasId(int id) {
        return switch (this) {
            case BME280 -> id == 0x60;
            // 0x56 and 0x57 are samples from before mass production.
            case BMP280 -> id == 0x58 || id == 0x56 || id == 0x57;
        };
    }

    /** What is wrong where a chip gives this ID, and what to do. */
    String complaintAbout(int id) {
        for (Chip chip : values()) {
            if (chip.hasId(id)) {
                return "is a %s (chip ID 0x%02x), not a %s; set driver = \"%s\""
                        .formatted(chip.name(), id, name(), chip.driver);
            }
        }
        String other = OTHERS.getOrDefault(id, "another chip");
        return "is not a %s but %s (chip ID 0x%02x); check the address and the driver"
                .formatted(name(), other, id);
    }
}
