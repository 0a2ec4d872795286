/** The composition root: makes the parts, in order, and closes them in reverse. */
@NullMarked
package io.pipit.node;

import org.jspecify.annotations.NullMarked;
