/**
 * Rules as they run: a condition's terms, what they remember, and what is held because of them.
 * Stepped by the node loop, or over history; no I/O, no threads, no clock of their own.
 */
@NullMarked
package io.pipit.core.rules;

import org.jspecify.annotations.NullMarked;
