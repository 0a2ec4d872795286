/** Winsen's MH-Z19: carbon dioxide, on a serial port. */
@NullMarked
package io.pipit.drivers.mhz19;

import org.jspecify.annotations.NullMarked;
