/** Drivers that set something: switches, dimmers, servos. */
@NullMarked
package io.pipit.drivers.output;

import org.jspecify.annotations.NullMarked;
