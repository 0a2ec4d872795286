/** TE's HTU21D and Silicon Labs' Si7021, which speak alike: temperature and humidity. */
@NullMarked
package io.pipit.drivers.htu21;

import org.jspecify.annotations.NullMarked;
