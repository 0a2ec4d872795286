/** Where peers are: several ways to find that out, side by side, and one place that answers. */
@NullMarked
package io.pipit.discovery;

import org.jspecify.annotations.NullMarked;
