package io.pipit.config.toml;

import io.pipit.config.text.Malformed;
import io.pipit.config.text.Secret;
import java.nio.file.Path;

/** Where values are read: what they may refer to, and who hears of problems. */
public interface Scope {
    /**
     * The text with its variables filled in.
     *
     * @throws Malformed where one is not set, or it is too long then
     */
    String expand(String text) throws Malformed;

    /**
     * A secret that the service manager holds.
     *
     * @throws Malformed where there is none of that name
     */
    Secret credential(String name) throws Malformed;

    /** The folder that relative paths start from, absolute. */
    Path base();

    /** Hears of one. */
    void report(Problem problem);
}
