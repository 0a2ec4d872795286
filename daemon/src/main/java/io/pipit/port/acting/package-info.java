/** What sets actuators, and who asks for it. */
@NullMarked
package io.pipit.port.acting;

import org.jspecify.annotations.NullMarked;
