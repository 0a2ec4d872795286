/**
 * CoAP over UDP: the monitoring endpoint, the network endpoint with DTLS, and the links to the
 * peers on it.
 */
@NullMarked
package io.pipit.coap;

import org.jspecify.annotations.NullMarked;
