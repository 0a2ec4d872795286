/** Plantower's PMS5003: fine dust, on a serial port. */
@NullMarked
package io.pipit.drivers.pms5003;

import org.jspecify.annotations.NullMarked;
