/** The kernel's serial ports, {@code /dev/tty*} (linux/termios.h). */
@NullMarked
package io.pipit.drivers.linux.tty;

import org.jspecify.annotations.NullMarked;
