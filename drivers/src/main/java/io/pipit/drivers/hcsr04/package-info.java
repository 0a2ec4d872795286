/** The HC-SR04: distances by ultrasound, on two digital lines. */
@NullMarked
package io.pipit.drivers.hcsr04;

import org.jspecify.annotations.NullMarked;
