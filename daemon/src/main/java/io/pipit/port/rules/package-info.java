/** How the rules of a node stand, and what reaches them besides readings. */
@NullMarked
package io.pipit.port.rules;

import org.jspecify.annotations.NullMarked;
