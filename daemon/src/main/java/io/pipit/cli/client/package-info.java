/** Talks to the daemon over its Unix socket. */
@NullMarked
package io.pipit.cli.client;

import org.jspecify.annotations.NullMarked;
