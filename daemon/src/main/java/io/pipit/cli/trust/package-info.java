/** The verbs about who this node is and whom it trusts. */
@NullMarked
package io.pipit.cli.trust;

import org.jspecify.annotations.NullMarked;
