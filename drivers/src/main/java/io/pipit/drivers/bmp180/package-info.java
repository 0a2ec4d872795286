/** Bosch's BMP180 and BMP085: pressure and temperature. */
@NullMarked
package io.pipit.drivers.bmp180;

import org.jspecify.annotations.NullMarked;
