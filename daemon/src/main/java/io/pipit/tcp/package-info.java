/**
 * CoAP over reliable transports (RFC 8323) on Netty: sessions, and the Unix socket that the verbs
 * use. A session doesn't know what carries it, so that TLS and plain TCP find their place beside.
 */
@NullMarked
package io.pipit.tcp;

import org.jspecify.annotations.NullMarked;
