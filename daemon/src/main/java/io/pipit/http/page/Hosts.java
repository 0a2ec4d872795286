package io.pipit.http.page;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * By which names the page may be asked for. A foreign page can have its own name resolved to this
 * machine's address (DNS rebinding), and would then read this one as its own; but the browser still
 * says that name. Thread-safe.
 *
 * @param configured where it listens, perhaps everywhere
 */
record Hosts(InetAddress configured) {
    private static final int PORT_DIGITS_MAX = 5;

    /**
     * Whether that's one of them.
     *
     * @param host the header of that name; null without one
     * @param reached where the connection came in
     */
    boolean allow(@Nullable String host, InetSocketAddress reached) {
        if (host == null) {
            return false;
        }
        String name = withoutPort(host.strip().toLowerCase(Locale.ROOT));
        if (name.equals("localhost")) {
            return true;
        }
        InetAddress literal = literal(name);
        return literal != null
                && (literal.isLoopbackAddress()
                        || literal.equals(configured)
                        || literal.equals(reached.getAddress()));
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        boolean hasPort =
                colon >= 0
                        && host.length() - colon - 1 <= PORT_DIGITS_MAX
                        && host.indexOf(']', colon) < 0
                        && host.substring(colon + 1).chars().allMatch(c -> c >= '0' && c <= '9');
        return hasPort ? host.substring(0, colon) : host;
    }

    /** Nothing is looked up. */
    private static @Nullable InetAddress literal(String name) {
        boolean bracketed = name.startsWith("[") && name.endsWith("]");
        if (!bracketed && name.indexOf(':') >= 0) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(bracketed ? name.substring(1, name.length() - 1) : name);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
