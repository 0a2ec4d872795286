/** Sources that the kernel itself reads: files under {@code /proc} and {@code /sys}. */
@NullMarked
package io.pipit.drivers.kernel;

import org.jspecify.annotations.NullMarked;
