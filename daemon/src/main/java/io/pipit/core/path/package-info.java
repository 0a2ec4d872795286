/** Which way to a peer is used, over UDP or over TCP: without I/O, stepped by hand. */
@NullMarked
package io.pipit.core.path;

import org.jspecify.annotations.NullMarked;
