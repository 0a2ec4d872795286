/** Linux' own buses and lines behind Pi4J's API, without native code of our own. */
@NullMarked
package io.pipit.drivers.linux;

import org.jspecify.annotations.NullMarked;
