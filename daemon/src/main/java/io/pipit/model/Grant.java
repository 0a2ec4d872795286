package io.pipit.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What somebody may do here: a role, and the paths that it reaches.
 *
 * @param role what
 * @param paths below the role's own resources, {@link Filter#ALL} where nothing was said
 */
public record Grant(Role role, Filter paths) {
    /** The roles of the resource tree. What isn't granted is denied. */
    public enum Role {
        MONITOR,
        READ,
        WRITE,
        BULK,
        ADMIN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The role without a limit on its paths. */
    public static Grant of(Role role) {
        return new Grant(role, Filter.ALL);
    }

    /** Reads {@code read} or {@code read:air/*}; nothing where it isn't that. */
    public static Optional<Grant> parse(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        for (Role role : Role.values()) {
            if (role.toString().equals(name)) {
                return colon < 0
                        ? Optional.of(of(role))
                        : paths(role, text.substring(colon + 1))
                                .map(filter -> new Grant(role, filter));
            }
        }
        return Optional.empty();
    }

    private static Optional<Filter> paths(Role role, String pattern) {
        return role == Role.BULK && Filter.isFilePattern(pattern)
                ? Optional.of(new Filter(List.of(pattern)))
                : Filter.parse(pattern);
    }

    @Override
    public String toString() {
        return paths.equals(Filter.ALL) ? role.toString() : role + ":" + paths;
    }
}
