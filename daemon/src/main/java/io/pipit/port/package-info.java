/**
 * What the core needs from outside, and what reaches it from there: events inwards, calls that
 * never block outwards. No library's type appears here.
 */
@NullMarked
package io.pipit.port;

import org.jspecify.annotations.NullMarked;
