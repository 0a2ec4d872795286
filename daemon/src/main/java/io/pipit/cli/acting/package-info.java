/** The verbs for what can be set. */
@NullMarked
package io.pipit.cli.acting;

import org.jspecify.annotations.NullMarked;
