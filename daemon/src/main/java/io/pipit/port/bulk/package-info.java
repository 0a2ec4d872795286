/**
 * What bulk needs from outside: folders that are shared and filled, the queue of files to send, the
 * way to the peers that carries them, and what comes of it.
 */
@NullMarked
package io.pipit.port.bulk;

import org.jspecify.annotations.NullMarked;
