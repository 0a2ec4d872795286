package io.pipit.identity.pairing;

import java.net.InetSocketAddress;

/** Makes connections to whoever is at an address. Thread-safe. */
@FunctionalInterface
public interface Meetings {
    /** One with whoever is there; nothing is sent yet. */
    Meeting at(InetSocketAddress address);
}
