/** TI's ADS1115: voltages. */
@NullMarked
package io.pipit.drivers.ads1115;

import org.jspecify.annotations.NullMarked;
