/** TI's INA219: voltage, current and power of a supply. */
@NullMarked
package io.pipit.drivers.ina219;

import org.jspecify.annotations.NullMarked;
