/**
 * The node's heart: its own log and clock, the feeds it serves, the feeds it follows; stepped by
 * hand, without I/O.
 */
@NullMarked
package io.pipit.core;

import org.jspecify.annotations.NullMarked;
