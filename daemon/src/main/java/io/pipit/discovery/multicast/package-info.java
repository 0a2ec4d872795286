/** Nodes on one link find each other by CoAP multicast (RFC 7252, section 8). */
@NullMarked
package io.pipit.discovery.multicast;

import org.jspecify.annotations.NullMarked;
