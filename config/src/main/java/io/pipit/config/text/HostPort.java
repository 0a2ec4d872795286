package io.pipit.config.text;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A host and a UDP and TCP port, {@code 192.168.1.20:5684}, {@code [::]:5684} or {@code
 * shed.local:5684}. Nothing is looked up: a name stays a name until somebody connects.
 *
 * @param host an IPv4 or IPv6 literal (without brackets, with its zone where there is one) or a
 *     host name
 * @param port 0 to 65535; where an endpoint listens, 0 lets the system choose
 */
public record HostPort(String host, int port) {
    /** What {@link #parse} accepts, roughly, as a regular expression for schemas. */
    public static final String FORM =
            "(\\[[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?\\]|[A-Za-z0-9.-]+):[0-9]{1,5}";

    private static final Pattern NAME =
            Pattern.compile(
                    "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
                            + "(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,15}\\.?");
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern ZONE = Pattern.compile("[A-Za-z0-9._-]{1,15}");
    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");

    /** The host and port that the text says. */
    public static HostPort parse(String text) throws Malformed {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || text.endsWith("]")) {
            throw malformed(text, "has no port");
        }
        int port = port(text, text.substring(colon + 1));
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
            if (!isIpv6(host)) {
                throw malformed(text, "has no IPv6 address between its brackets");
            }
        } else if (host.indexOf(':') >= 0) {
            throw malformed(text, "has an IPv6 address without brackets");
        } else if (NUMBERS.matcher(host).matches()
                ? !isIpv4(host)
                : !NAME.matcher(host).matches()) {
            throw malformed(text, "has no address or host name before its port");
        }
        return new HostPort(host, port);
    }

    /** Whether the host is an address, so that nothing has to be looked up. */
    public boolean isLiteral() {
        return isIpv4(host) || isIpv6(host);
    }

    /** Whether the host is an address that only this machine reaches. */
    public boolean isLoopback() {
        return isLiteral()
                && host.indexOf('%') < 0
                && InetAddress.ofLiteral(host).isLoopbackAddress();
    }

    /** As it is written: IPv6 in brackets. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    private static int port(String text, String port) throws Malformed {
        if (port.length() > 5 || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw malformed(text, "has no port");
        }
        int number = port.isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(port);
        if (number > 0xFFFF) {
            throw malformed(text, "has no port between 0 and 65535");
        }
        return number;
    }

    private static boolean isIpv4(String host) {
        return IPV4.matcher(host).matches();
    }

    private static boolean isIpv6(String host) {
        int percent = host.indexOf('%');
        String address = percent < 0 ? host : host.substring(0, percent);
        if (percent >= 0 && !ZONE.matcher(host.substring(percent + 1)).matches()) {
            return false;
        }
        if (address.indexOf(':') < 0 || !IPV6.matcher(address).matches()) {
            return false;
        }
        try {
            InetAddress.ofLiteral(address);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Malformed malformed(String text, String what) {
        return new Malformed(
                Malformed.quote(text)
                        + " "
                        + what
                        + ": write \"192.168.1.20:5684\" or \"[fe80::1%eth0]:5684\"");
    }
}
