package io.pipit.config;

import io.pipit.config.toml.Problem;
import java.util.List;

/** What came of reading a configuration: all of it, or everything that is wrong with it. */
public sealed interface LoadedConfiguration {
    /** The configuration is right. */
    record Accepted(Configuration configuration) implements LoadedConfiguration {}

    /**
     * The configuration is wrong.
     *
     * @param problems at least one and at most {@link ConfigurationLoader#PROBLEMS_MAX}, by file
     *     (the main one first), line and column
     * @param omitted how many more were found and are not listed
     */
    record Refused(List<Problem> problems, int omitted) implements LoadedConfiguration {
        public Refused {
            problems = List.copyOf(problems);
            if (problems.isEmpty()) {
                throw new IllegalArgumentException("refused without a problem");
            }
        }
    }
}
