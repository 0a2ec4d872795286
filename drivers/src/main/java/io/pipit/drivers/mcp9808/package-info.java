/** Microchip's MCP9808: temperature. */
@NullMarked
package io.pipit.drivers.mcp9808;

import org.jspecify.annotations.NullMarked;
