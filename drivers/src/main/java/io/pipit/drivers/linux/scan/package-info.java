/** Looks what is connected to this machine, and which driver would fit. */
@NullMarked
package io.pipit.drivers.linux.scan;

import org.jspecify.annotations.NullMarked;
