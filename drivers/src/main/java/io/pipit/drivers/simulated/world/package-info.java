/** What simulated chips measure: the weather, and whatever else there is around a board. */
@NullMarked
package io.pipit.drivers.simulated.world;

import org.jspecify.annotations.NullMarked;
