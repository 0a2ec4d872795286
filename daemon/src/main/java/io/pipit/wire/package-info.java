/** What goes over the wire: bytes to values and back, with limits, and no I/O. */
@NullMarked
package io.pipit.wire;

import org.jspecify.annotations.NullMarked;
