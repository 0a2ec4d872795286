/** Reading hardware: the driver interface, and what drivers share. */
@NullMarked
package io.pipit.drivers;

import org.jspecify.annotations.NullMarked;
