/** Files on their way to peers: which one next, when again, how far. Stepped as the core is. */
@NullMarked
package io.pipit.core.transfer;

import org.jspecify.annotations.NullMarked;
