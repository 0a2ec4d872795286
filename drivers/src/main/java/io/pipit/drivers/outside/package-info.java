/** Drivers that others bring along, in jars of their own. */
@NullMarked
package io.pipit.drivers.outside;

import org.jspecify.annotations.NullMarked;
