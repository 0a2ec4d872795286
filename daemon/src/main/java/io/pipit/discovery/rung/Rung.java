package io.pipit.discovery.rung;

/** A way by which peers are found. All are in use side by side; the order is that of trust. */
public enum Rung {
    /** The addresses of the configuration and of the list of peers. */
    CONFIGURATION("configuration"),

    /** CoAP multicast on the link. */
    MULTICAST("multicast"),

    /** DNS-SD on the link, {@code _coaps._udp}. */
    DNS_SD("dns-sd"),

    /** What peers tell of peers. */
    PEERS("peers"),

    /** Where peers proved to be before this node was started. */
    REMEMBERED("remembered");

    private final String text;

    Rung(String text) {
        this.text = text;
    }

    /** As it is shown. */
    @Override
    public String toString() {
        return text;
    }
}
