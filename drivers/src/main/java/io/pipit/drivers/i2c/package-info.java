/** What drivers of I2C chips share: registers over Pi4J's API, with errors that say what to do. */
@NullMarked
package io.pipit.drivers.i2c;

import org.jspecify.annotations.NullMarked;
