/** Trying, for {@code pipit doctor}, whether the parts of a running node do what they are for. */
@NullMarked
package io.pipit.node.doctor;

import org.jspecify.annotations.NullMarked;
