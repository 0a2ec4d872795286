/** The kernel's I2C buses, {@code /dev/i2c-*} (linux/i2c-dev.h). */
@NullMarked
package io.pipit.drivers.linux.i2c;

import org.jspecify.annotations.NullMarked;
