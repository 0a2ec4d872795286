/**
 * Single values as people write them (durations, sizes, addresses, names, IDs, patterns): text to
 * value, no I/O.
 */
@NullMarked
package io.pipit.config.text;

import org.jspecify.annotations.NullMarked;
