/**
 * Pairing: two nodes that know nothing of each other but a short code come to trust each other's
 * keys. Values and steps alone; who carries the messages is elsewhere.
 */
@NullMarked
package io.pipit.identity.pairing;

import org.jspecify.annotations.NullMarked;
