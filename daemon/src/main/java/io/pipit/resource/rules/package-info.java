/** {@code /rules}: how the rules stand, for those on this machine. */
@NullMarked
package io.pipit.resource.rules;

import org.jspecify.annotations.NullMarked;
