package io.pipit.config.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an MQTT broker is, {@code mqtts://broker.example:8883} or {@code mqtt://192.168.1.2}.
 *
 * @param tls whether it is reached over TLS
 * @param host an address or a name, which is looked up at each connection
 * @param port 1 to 65535
 */
public record BrokerAddress(boolean tls, String host, int port) {
    /** The ports that IANA registered, where none is written. */
    public static final int PORT = 1883;

    /** With TLS. */
    public static final int TLS_PORT = 8883;

    /** What {@link #parse} accepts, roughly, as a regular expression for schemas. */
    public static final String FORM = "mqtts?://[^/@?#]+/?";

    private static final Pattern PARTS = Pattern.compile("(mqtts?)://([^/@?#]+)/?");
    private static final Pattern WITH_PORT = Pattern.compile(".*[^:\\]]:[0-9]*|\\[.*\\]:[0-9]*");

    /** The broker that the text says. */
    public static BrokerAddress parse(String text) throws Malformed {
        if (text.indexOf('@') >= 0) {
            throw new Malformed(
                    "has a name or password in it: write those as username and password, and the"
                            + " broker as mqtts://HOST:PORT");
        }
        Matcher parts = PARTS.matcher(text);
        if (!parts.matches()) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is not a broker: write \"mqtts://broker.example:8883\", or mqtt://"
                            + " without TLS");
        }
        boolean tls = parts.group(1).equals("mqtts");
        String place = parts.group(2);
        HostPort parsed =
                HostPort.parse(
                        WITH_PORT.matcher(place).matches()
                                ? place
                                : place + ":" + (tls ? TLS_PORT : PORT));
        if (parsed.port() == 0) {
            throw new Malformed(Malformed.quote(text) + " has the port 0: write the broker's");
        }
        return new BrokerAddress(tls, parsed.host(), parsed.port());
    }

    /** As it is written, with its port. */
    @Override
    public String toString() {
        return (tls ? "mqtts://" : "mqtt://") + new HostPort(host, port);
    }
}
