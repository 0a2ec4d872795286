/** Microchip's MCP3008: eight voltages, on an SPI bus. */
@NullMarked
package io.pipit.drivers.mcp3008;

import org.jspecify.annotations.NullMarked;
