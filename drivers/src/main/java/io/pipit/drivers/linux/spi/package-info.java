/** The kernel's SPI buses, {@code /dev/spidev*} (linux/spi/spidev.h). */
@NullMarked
package io.pipit.drivers.linux.spi;

import org.jspecify.annotations.NullMarked;
