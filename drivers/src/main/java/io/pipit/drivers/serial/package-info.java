/** What drivers on serial ports share: bytes, and frames among them, with errors in words. */
@NullMarked
package io.pipit.drivers.serial;

import org.jspecify.annotations.NullMarked;
