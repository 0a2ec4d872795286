/** ROHM's BH1750: brightness. */
@NullMarked
package io.pipit.drivers.bh1750;

import org.jspecify.annotations.NullMarked;
