/** Brings pairing together: its windows, its ways to other nodes, and the list of peers. */
@NullMarked
package io.pipit.node.pairing;

import org.jspecify.annotations.NullMarked;
