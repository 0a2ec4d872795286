/** Sets outputs, each on a thread of its own, and remembers who did. */
@NullMarked
package io.pipit.acting;

import org.jspecify.annotations.NullMarked;
