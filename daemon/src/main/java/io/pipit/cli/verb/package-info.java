/** The verbs, one class each. */
@NullMarked
package io.pipit.cli.verb;

import org.jspecify.annotations.NullMarked;
