package io.pipit.resource.exchange;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.monitor.OnceLog;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What callers were denied: each is counted, and the journal has it once for a caller, a method and
 * a class of paths, however often and with whatever names it is tried. Thread-safe.
 *
 * <p>One caller can't bring more than a line for each method and class, and {@link OnceLog} keeps
 * so many of them in mind that it can't crowd out others.
 */
public final class Denials {
    /** First segments of the tree's paths; all others are one class. */
    private static final Set<String> CLASSES =
            Set.of(
                    ".well-known",
                    "health",
                    "metrics",
                    "peers",
                    "sensors",
                    "readings",
                    "actuators",
                    "files",
                    "inbox",
                    "statements",
                    "pair");

    private static final Logger LOG = LoggerFactory.getLogger(Denials.class);

    private final Counter denied;
    private final OnceLog said;

    /** Counts there. */
    public Denials(Metrics metrics) {
        this(metrics, new OnceLog(LOG));
    }

    Denials(Metrics metrics, OnceLog said) {
        denied = metrics.counter("pipit_requests_denied", "Requests that the caller may not make");
        this.said = said;
    }

    /** One more. */
    public void denied(Request request, String reason) {
        denied.increment();
        String first = request.path().isEmpty() ? "" : request.path().getFirst();
        said.warn(
                subject(request, CLASSES.contains(first) ? "/" + first : "other paths"), "denied");
        LOG.debug("denied: {}", reason);
    }

    private static String subject(Request request, String paths) {
        Caller caller = request.caller();
        String who =
                switch (caller.via()) {
                    case MONITOR -> "a program on the monitoring endpoint";
                    case PAGE -> "a browser on the page";
                    case SOCKET -> "a program on the socket";
                    case STRANGER -> "a stranger while a pairing window is open";
                    case NETWORK -> "peer " + caller.peer() + " ('pipit peer role' gives it more)";
                };
        return who + ", " + request.method() + " " + paths;
    }
}
