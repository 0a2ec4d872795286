/** Where peers may be reached. */
@NullMarked
package io.pipit.port.reach;

import org.jspecify.annotations.NullMarked;
