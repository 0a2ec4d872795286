/**
 * One connection of CoAP over reliable transports (RFC 8323), whatever carries it: frames, signals,
 * requests of both sides, bodies in blocks.
 */
@NullMarked
package io.pipit.tcp.session;

import org.jspecify.annotations.NullMarked;
