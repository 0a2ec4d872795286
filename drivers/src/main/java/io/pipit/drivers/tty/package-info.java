/** Serial ports: what drivers can do with an open one. */
@NullMarked
package io.pipit.drivers.tty;

import org.jspecify.annotations.NullMarked;
