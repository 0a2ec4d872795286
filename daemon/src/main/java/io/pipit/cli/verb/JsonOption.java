package io.pipit.cli.verb;

import picocli.CommandLine.Option;

/** The option of all verbs that print data. */
final class JsonOption {
    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    boolean isSet() {
        return json;
    }
}
