/** Readings as columns of differences: the form in which blocks are stored and repairs travel. */
@NullMarked
package io.pipit.wire.compact;

import org.jspecify.annotations.NullMarked;
