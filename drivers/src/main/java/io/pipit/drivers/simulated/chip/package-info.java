/** Chips for the simulated bus, register by register, and the weather that they measure. */
@NullMarked
package io.pipit.drivers.simulated.chip;

import org.jspecify.annotations.NullMarked;
