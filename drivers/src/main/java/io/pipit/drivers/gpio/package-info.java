/** Drivers of what is on a digital line: contacts, pulse meters, switches, servos. */
@NullMarked
package io.pipit.drivers.gpio;

import org.jspecify.annotations.NullMarked;
