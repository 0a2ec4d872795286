/** Aosong's AHT20 and AHT21: temperature and humidity. */
@NullMarked
package io.pipit.drivers.aht20;

import org.jspecify.annotations.NullMarked;
