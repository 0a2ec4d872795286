/** Reads the sensors on time, each bus on a thread of its own, and looks after those that fail. */
@NullMarked
package io.pipit.sampling;

import org.jspecify.annotations.NullMarked;
