/**
 * Reading hardware: the driver interface, and what the composition root and drivers hand each
 * other.
 */
@NullMarked
package io.pipit.drivers;

import org.jspecify.annotations.NullMarked;
