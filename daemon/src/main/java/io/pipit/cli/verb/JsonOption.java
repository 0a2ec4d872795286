package io.pipit.cli.verb;

import picocli.CommandLine.Option;

/** The option of all verbs that print data. */
public final class JsonOption {
    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    /** Whether it was given. */
    public boolean isSet() {
        return json;
    }
}
