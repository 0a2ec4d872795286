/** Sensirion's SHT40, SHT41 and SHT45: temperature and humidity. */
@NullMarked
package io.pipit.drivers.sht4x;

import org.jspecify.annotations.NullMarked;
