/**
 * Readings, cursors and clocks in one SQLite file: written by one thread in group commits, read
 * beside it, older readings packed and the oldest given up.
 */
@NullMarked
package io.pipit.store;

import org.jspecify.annotations.NullMarked;
