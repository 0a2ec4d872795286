package io.pipit.model;

/** A way to a peer. */
public enum Path {
    /** CoAP over UDP with DTLS: for what is small and live. */
    UDP,

    /** CoAP over TCP with TLS: for what is large, and for all where UDP doesn't get through. */
    TCP;

    /** The other one. */
    public Path other() {
        return this == UDP ? TCP : UDP;
    }
}
