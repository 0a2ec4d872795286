/**
 * The kernel's pulse-width modulation, {@code /sys/class/pwm} (Documentation/driver-api/pwm.rst).
 */
@NullMarked
package io.pipit.drivers.linux.pwm;

import org.jspecify.annotations.NullMarked;
