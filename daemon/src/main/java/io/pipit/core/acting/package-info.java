/** Who holds which actuator, and until when. */
@NullMarked
package io.pipit.core.acting;

import org.jspecify.annotations.NullMarked;
