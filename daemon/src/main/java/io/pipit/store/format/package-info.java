/** Readings as the store's file has them: blocks of one series, and slots in log order. */
@NullMarked
package io.pipit.store.format;

import org.jspecify.annotations.NullMarked;
