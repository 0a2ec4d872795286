/** When the core does what: stretches of time, heartbeats, waits between tries. */
@NullMarked
package io.pipit.core.timing;

import org.jspecify.annotations.NullMarked;
