/**
 * What the node needs of the machine: clocks, threads, its inbox and loop, systemd and the journal.
 */
@NullMarked
package io.pipit.host;

import org.jspecify.annotations.NullMarked;
