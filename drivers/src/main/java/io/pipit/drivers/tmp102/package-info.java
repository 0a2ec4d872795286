/** TI's TMP102: temperature. */
@NullMarked
package io.pipit.drivers.tmp102;

import org.jspecify.annotations.NullMarked;
