/** TAOS' (ams') TSL2561: brightness. */
@NullMarked
package io.pipit.drivers.tsl2561;

import org.jspecify.annotations.NullMarked;
