package io.pipit.discovery.dnssd;

import io.pipit.model.NodeId;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this node says of itself by DNS-SD: a {@code _coaps._udp} with its port and a TXT record
 * with its ID, and its name only where it announces that.
 *
 * @param announcedName null where strangers aren't to learn it
 */
record Instance(NodeId id, @Nullable String announcedName, int port) {
    /** CoAP over DTLS over UDP (RFC 7252, section 12.7). */
    static final String TYPE = "_coaps._udp";

    /** Of a TXT record. */
    static final String ID = "id";

    static final String NAME = "n";

    private static final int SHORT_ID_CHARS = 7;

    /** The instance's name: the node's, or one that only says that it is a Pipit. */
    String name() {
        return announcedName != null ? announcedName : host();
    }

    /** What its host is called, where nobody else gives it a name. */
    String host() {
        return "pipit-" + id.toString().substring(0, SHORT_ID_CHARS).toLowerCase(Locale.ROOT);
    }

    /** The TXT record. */
    Map<String, String> text() {
        Map<String, String> text = new LinkedHashMap<>();
        text.put(ID, id.toString());
        if (announcedName != null) {
            text.put(NAME, announcedName);
        }
        return text;
    }
}
