/** Bosch's BMP280 and BME280: pressure, temperature and, the BME280, humidity. */
@NullMarked
package io.pipit.drivers.bmx280;

import org.jspecify.annotations.NullMarked;
