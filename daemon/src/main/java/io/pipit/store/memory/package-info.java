/** What stands in for the store while there is none: the newest readings, in memory. */
@NullMarked
package io.pipit.store.memory;

import org.jspecify.annotations.NullMarked;
