package io.pipit.model;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Another node that this one knows and trusts as far as its grants go.
 *
 * @param id pins its key
 * @param name what people call it
 * @param address where it was said to be; null where that isn't known
 * @param grants what it may do here
 */
public record Peer(NodeId id, String name, @Nullable InetSocketAddress address, Set<Grant> grants) {
    private static final int SHORT_ID_CHARS = 7;

    public Peer {
        grants = Set.copyOf(grants);
    }

    /**
     * What is to be said of a peer. Null leaves it as it was; of a new one it leaves it to the
     * default.
     */
    public record Change(
            NodeId id,
            @Nullable String name,
            @Nullable InetSocketAddress address,
            @Nullable Set<Grant> grants) {
        private static final Set<Grant> GRANTS_DEFAULT =
                Set.of(Grant.of(Grant.Role.MONITOR), Grant.of(Grant.Role.READ));

        /** The peer after it, where it was this before. */
        public Peer to(@Nullable Peer before) {
            if (before == null) {
                return new Peer(
                        id,
                        name == null ? nameFor(id) : name,
                        address,
                        grants == null ? GRANTS_DEFAULT : grants);
            }
            return new Peer(
                    id,
                    name == null ? before.name() : name,
                    address == null ? before.address() : address,
                    grants == null ? before.grants() : grants);
        }
    }

    /** What to call a peer where nobody said. */
    public static String nameFor(NodeId id) {
        return "node-" + id.toString().substring(0, SHORT_ID_CHARS).toLowerCase(Locale.ROOT);
    }
}
