package io.pipit.cli.context;

import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A verb can't do what it was asked. The message is one line for a person: what is wrong and what
 * to do.
 */
public final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    /** It didn't work out. */
    public static final int FAILED = 1;

    /** The command line makes no sense. */
    public static final int USAGE = 2;

    /** The daemon can't be reached. */
    public static final int UNREACHABLE = 69;

    /** The system or the daemon doesn't let this user do it. */
    public static final int NOT_ALLOWED = 77;

    /** The configuration is wrong. */
    public static final int CONFIGURATION = 78;

    private final int exitCode;

    public Failure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /**
     * Says that a verb failed by a mistake of the program's own; with {@code PIPIT_DEBUG} set also
     * where.
     *
     * @return what the process ends with
     */
    public static int mistake(
            String verb, Exception mistake, PrintStream err, Map<String, String> environment) {
        err.println(
                "pipit: "
                        + verb
                        + " failed: "
                        + oneLine(mistake.toString())
                        + "; this is a mistake in pipit, please report it");
        if (environment.containsKey("PIPIT_DEBUG")) {
            mistake.printStackTrace(err);
        }
        return FAILED;
    }

    /** A message as one line. */
    public static String oneLine(@Nullable String text) {
        return String.valueOf(text).strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /** What the process ends with. */
    public int exitCode() {
        return exitCode;
    }
}
