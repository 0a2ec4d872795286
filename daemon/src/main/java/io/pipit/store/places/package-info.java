/** The own log's places, reserved where the store itself has no room to say so. */
@NullMarked
package io.pipit.store.places;

import org.jspecify.annotations.NullMarked;
