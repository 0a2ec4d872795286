/** What drivers of SPI chips share: exchanges over Pi4J's API, with errors that say what to do. */
@NullMarked
package io.pipit.drivers.spi;

import org.jspecify.annotations.NullMarked;
