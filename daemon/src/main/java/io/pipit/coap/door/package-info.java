/**
 * What stands before the CoAP library: looks at datagrams of strangers, counts them in tables of
 * fixed size, and lets few through. Nothing here knows the library.
 */
@NullMarked
package io.pipit.coap.door;

import org.jspecify.annotations.NullMarked;
