/** What the node counts, measures and says of its own health. */
@NullMarked
package io.pipit.monitor;

import org.jspecify.annotations.NullMarked;
