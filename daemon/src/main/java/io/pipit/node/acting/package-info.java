/** Brings actuators together: hardware, leases, peers, and those who set them. */
@NullMarked
package io.pipit.node.acting;

import org.jspecify.annotations.NullMarked;
