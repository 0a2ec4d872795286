/** Pairing as resources: {@code /pair} for other nodes, {@code /pairing} for this machine. */
@NullMarked
package io.pipit.resource.pairing;

import org.jspecify.annotations.NullMarked;
