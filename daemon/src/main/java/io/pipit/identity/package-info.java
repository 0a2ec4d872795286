/** Who this node is, and whom it trusts. */
@NullMarked
package io.pipit.identity;

import org.jspecify.annotations.NullMarked;
