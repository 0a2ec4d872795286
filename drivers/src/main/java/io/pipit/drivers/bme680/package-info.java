/** Bosch's BME680: temperature, humidity, pressure and the resistance of a gas sensor. */
@NullMarked
package io.pipit.drivers.bme680;

import org.jspecify.annotations.NullMarked;
