/** Sensirion's SCD40, SCD41 and SCD43: carbon dioxide, temperature and humidity. */
@NullMarked
package io.pipit.drivers.scd4x;

import org.jspecify.annotations.NullMarked;
