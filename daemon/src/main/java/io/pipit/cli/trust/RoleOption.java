package io.pipit.cli.trust;

import io.pipit.cli.context.Failure;
import io.pipit.model.Grant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --role}, the same for every verb that says what another node may do here. */
final class RoleOption {
    @Option(
            names = "--role",
            paramLabel = "ROLE",
            split = ",",
            description =
                    "What the other node may do here: monitor, read, write, bulk, admin, with a"
                            + " pattern as in read:air/*. Several times for several. Default:"
                            + " monitor, read.")
    private @Nullable List<String> roles;

    /** What was given; null where nothing was. */
    @Nullable Set<Grant> grants() throws Failure {
        return roles == null ? null : grants(roles);
    }

    /** Reads roles as people write them. */
    static Set<Grant> grants(List<String> roles) throws Failure {
        Set<Grant> grants = new LinkedHashSet<>();
        for (String role : roles) {
            grants.add(
                    Grant.parse(role)
                            .orElseThrow(() ->
                                    new Failure(
                                            Failure.USAGE,
                                            "'"
                                                    + role
                                                    + "' is no role: monitor, read, write,"
                                                    + " bulk or admin, with a pattern as in"
                                                    + " read:air/*")));
        }
        return grants;
    }
}
