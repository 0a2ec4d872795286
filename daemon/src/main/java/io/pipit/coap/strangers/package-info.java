/** CoAP over DTLS with those whose keys nobody trusts yet, for pairing alone. */
@NullMarked
package io.pipit.coap.strangers;

import org.jspecify.annotations.NullMarked;
