/** Digital lines: what can be asked of one, and edges at the time when they happened. */
@NullMarked
package io.pipit.drivers.line;

import org.jspecify.annotations.NullMarked;
