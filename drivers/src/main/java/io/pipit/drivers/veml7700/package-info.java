/** Vishay's VEML7700: brightness. */
@NullMarked
package io.pipit.drivers.veml7700;

import org.jspecify.annotations.NullMarked;
