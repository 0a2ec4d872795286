/** Readings published over MQTT, and actuators set by it. There only where it is configured. */
@NullMarked
package io.pipit.mqtt;

import org.jspecify.annotations.NullMarked;
