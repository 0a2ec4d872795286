/** The way to a broker: one MQTT client, behind an interface that has none of its types. */
@NullMarked
package io.pipit.mqtt.broker;

import org.jspecify.annotations.NullMarked;
