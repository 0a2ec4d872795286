/** ST VL53L0X, which measures how far away something is by the time that light takes. */
@NullMarked
package io.pipit.drivers.vl53l0x;

import org.jspecify.annotations.NullMarked;
