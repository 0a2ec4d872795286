/**
 * The kernel's digital lines, {@code /dev/gpiochip*}, by version 2 of its interface (linux/gpio.h).
 */
@NullMarked
package io.pipit.drivers.linux.gpio;

import org.jspecify.annotations.NullMarked;
