package io.pipit.drivers.bmx280;

/** The two chips of the family. */
enum Chip {
    BME280("bme280", true),
    BMP280("bmp280", false);

    final String driver;
    final boolean measuresHumidity;

    Chip(String driver, boolean measuresHumidity) {
        this.driver = driver;
        this.measuresHumidity = measuresHumidity;
    }
}
