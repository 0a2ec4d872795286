/** How rules stand, and what they would have done. */
@NullMarked
package io.pipit.cli.rules;

import org.jspecify.annotations.NullMarked;
