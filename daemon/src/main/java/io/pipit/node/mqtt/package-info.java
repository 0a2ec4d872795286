/** What brings the bridge to MQTT together with the node. */
@NullMarked
package io.pipit.node.mqtt;

import org.jspecify.annotations.NullMarked;
