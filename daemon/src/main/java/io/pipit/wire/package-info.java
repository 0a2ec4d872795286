/** Bytes to values and back, with limits and without I/O. */
@NullMarked
package io.pipit.wire;

import org.jspecify.annotations.NullMarked;
