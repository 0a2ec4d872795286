package io.pipit.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.model.Series;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code peers.toml}: TOML, of which it reads what it writes: comments, {@code
 * [[peer]]}, and one line for each key with a string or an array of strings. All that the rest of
 * TOML could say is refused with its line, so that nobody is trusted by a misunderstanding.
 */
final class PeerFile {
    private static final String HEADER =
            """
            # Peers that were paired or added with "pipit peer add". Pipit writes this file; change it with
            # "pipit peer add" and "pipit peer revoke", or by hand while the daemon is stopped.
            """;
    private static final Pattern KEY = Pattern.compile("([a-z]+)\\s*=\\s*(.*)");
    private static final Pattern STRING = Pattern.compile("\"([^\"\\\\]*)\"\\s*(#.*)?");
    private static final Pattern ARRAY = Pattern.compile("\\[([^\\[\\]#]*)]\\s*(#.*)?");
    private static final Pattern ITEM = Pattern.compile("\\s*\"([^\"\\\\]*)\"\\s*");
    private static final Pattern ADDRESS =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+(?:%[\\w.-]+)?)]|([\\w.-]+)):([0-9]{1,5})");
    private static final int PORT_MAX = 65_535;

    /** A line that isn't as it should be. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(int line, String what) {
            super("line " + line + ": " + what);
        }
    }

    private static final class Draft {
        private final int line;
        private final Map<String, Integer> keys = new HashMap<>();
        private @Nullable NodeId id;
        private @Nullable String name;
        private @Nullable InetSocketAddress address;
        private Set<Grant> grants = Set.of();

        private Draft(int line) {
            this.line = line;
        }
    }

    private PeerFile() {}

    static byte[] write(List<Peer> peers) {
        StringBuilder out = new StringBuilder(HEADER);
        peers.forEach(peer -> {
            out.append("\n[[peer]]\n");
            out.append("id = \"").append(peer.id()).append("\"\n");
            out.append("name = \"").append(peer.name()).append("\"\n");
            InetSocketAddress address = peer.address();
            if (address != null) {
                out.append("address = \"").append(text(address)).append("\"\n");
            }
            out.append("roles = [")
                    .append(
                            String.join(
                                    ", ",
                                    peer.grants().stream()
                                            .map(grant -> "\"" + grant + "\"")
                                            .sorted()
                                            .toList()))
                    .append("]\n");
        });
        return out.toString().getBytes(UTF_8);
    }

    private static String text(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    static List<Peer> read(String text) throws Malformed {
        List<Draft> drafts = new ArrayList<>();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.matches("\\[\\[\\s*peer\\s*]]\\s*(#.*)?")) {
                drafts.add(new Draft(number));
            } else {
                readKey(number, line, drafts);
            }
        }
        List<Peer> peers = new ArrayList<>();
        Set<NodeId> ids = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Draft draft : drafts) {
            Peer peer = finished(draft);
            if (!ids.add(peer.id())) {
                throw new Malformed(draft.line, "the peer " + peer.id() + " stands here twice");
            }
            if (!names.add(peer.name())) {
                throw new Malformed(draft.line, "two peers are called " + peer.name());
            }
            peers.add(peer);
        }
        return peers;
    }

    private static void readKey(int number, String line, List<Draft> drafts) throws Malformed {
        Matcher key = KEY.matcher(line);
        if (!key.matches()) {
            throw new Malformed(number, "neither [[peer]] nor key = value");
        }
        if (drafts.isEmpty()) {
            throw new Malformed(number, key.group(1) + " stands before the first [[peer]]");
        }
        Draft draft = drafts.getLast();
        Integer before = draft.keys.putIfAbsent(key.group(1), number);
        if (before != null) {
            throw new Malformed(number, key.group(1) + " stands in line " + before + " already");
        }
        String value = key.group(2);
        switch (key.group(1)) {
            case "id" ->
                    draft.id =
                            NodeId.parse(string(number, value))
                                    .orElseThrow(() ->
                                            new Malformed(
                                                    number,
                                                    "not a node ID, or one with a wrong character: "
                                                            + value));
            case "name" -> {
                String name = string(number, value);
                if (!Series.NAME.matcher(name).matches()) {
                    throw new Malformed(
                            number,
                            "not a name: " + value + "; a name is " + Series.NAME.pattern());
                }
                draft.name = name;
            }
            case "address" -> draft.address = address(number, string(number, value));
            case "roles" -> draft.grants = grants(number, value);
            default ->
                    throw new Malformed(
                            number,
                            "unknown key "
                                    + key.group(1)
                                    + "; a peer has id, name, address and roles");
        }
    }

    private static Peer finished(Draft draft) throws Malformed {
        NodeId id = draft.id;
        String name = draft.name;
        if (id == null || name == null) {
            throw new Malformed(draft.line, "this peer has no " + (id == null ? "id" : "name"));
        }
        return new Peer(id, name, draft.address, draft.grants);
    }

    private static String string(int number, String value) throws Malformed {
        Matcher string = STRING.matcher(value);
        if (!string.matches()) {
            throw new Malformed(number, "not a text in double quotes: " + value);
        }
        return string.group(1);
    }

    private static Set<Grant> grants(int number, String value) throws Malformed {
        Matcher array = ARRAY.matcher(value);
        if (!array.matches()) {
            throw new Malformed(
                    number, "not a list of roles in one line, like [\"monitor\", \"read\"]");
        }
        Set<Grant> grants = new LinkedHashSet<>();
        if (array.group(1).isBlank()) {
            return grants;
        }
        for (String item : array.group(1).split(",", -1)) {
            Matcher role = ITEM.matcher(item);
            if (!role.matches()) {
                throw new Malformed(number, "not a role in double quotes: " + item.strip());
            }
            grants.add(
                    Grant.parse(role.group(1))
                            .orElseThrow(() ->
                                    new Malformed(
                                            number,
                                            "not a role: "
                                                    + role.group(1)
                                                    + "; roles are monitor, read, write, bulk and admin, with a pattern as in read:air/*")));
        }
        return grants;
    }

    private static InetSocketAddress address(int number, String text) throws Malformed {
        Matcher parts = ADDRESS.matcher(text);
        int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
        if (port < 1 || port > PORT_MAX) {
            throw new Malformed(
                    number,
                    "not an address with a port, like 192.168.1.20:5684 or [fe80::1%eth0]:5684: "
                            + text);
        }
        String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(host), port);
        } catch (IllegalArgumentException e) {
            // A name, or an interface that isn't there just now: looked up when it is needed.
            return InetSocketAddress.createUnresolved(host, port);
        }
    }
}
