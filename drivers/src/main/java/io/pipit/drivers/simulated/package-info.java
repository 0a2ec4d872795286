/**
 * An I2C bus without hardware: a Pi4J provider over chips that are simulated register by register.
 */
@NullMarked
package io.pipit.drivers.simulated;

import org.jspecify.annotations.NullMarked;
