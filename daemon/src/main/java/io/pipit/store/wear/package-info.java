/** What the store costs the card that it lies on. */
@NullMarked
package io.pipit.store.wear;

import org.jspecify.annotations.NullMarked;
