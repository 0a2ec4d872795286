/**
 * The kernel's system calls as the other packages see them: byte-exact structs, numbered errors,
 * and nothing of the foreign function interface, so that tests put something else in its place.
 */
@NullMarked
package io.pipit.drivers.linux.kernel;

import org.jspecify.annotations.NullMarked;
