/**
 * What is done with a store's file from outside: holding it, and copying it while it is written.
 */
@NullMarked
package io.pipit.store.copy;

import org.jspecify.annotations.NullMarked;
