/** Sensirion's SHT30, SHT31 and SHT35: temperature and humidity. */
@NullMarked
package io.pipit.drivers.sht3x;

import org.jspecify.annotations.NullMarked;
