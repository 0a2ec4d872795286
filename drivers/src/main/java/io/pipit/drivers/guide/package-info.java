/** What people read of drivers: how a sensor is written into the configuration. */
@NullMarked
package io.pipit.drivers.guide;

import org.jspecify.annotations.NullMarked;
