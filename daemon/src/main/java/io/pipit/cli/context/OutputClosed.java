package io.pipit.cli.context;

/** Nobody reads what is printed any more, as after {@code | head}: the verb is done, quietly. */
public final class OutputClosed extends RuntimeException {
    private static final long serialVersionUID = 1;

    public OutputClosed() {
        super("standard output was closed");
    }
}
