/** What Home Assistant is told, so that it shows a node by itself: MQTT discovery by device. */
@NullMarked
package io.pipit.mqtt.homeassistant;

import org.jspecify.annotations.NullMarked;
