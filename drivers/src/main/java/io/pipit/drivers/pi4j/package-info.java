/** What is asked of Pi4J, and its own plugins in place of the providers that Pipit brings along. */
@NullMarked
package io.pipit.drivers.pi4j;

import org.jspecify.annotations.NullMarked;
