package io.pipit.tcp.session;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;

/**
 * What one endpoint counts.
 *
 * @param accepted connections
 * @param refused connections that were one too many
 * @param requests taken
 * @param busy requests answered with 5.03, and observations not granted, since there were too many
 * @param malformed messages that couldn't be read; each ended its connection
 * @param unexpected messages that had no place there: a response to nothing, a first one that isn't
 *     a CSM
 * @param slow connections dropped because their client didn't read what was sent
 * @param silent connections closed after a time-out
 * @param tooLarge answers that didn't fit the message size that the client announced
 * @param failed requests at which the resource tree threw
 * @param late answers that nobody waits for any more
 * @param inquiriesRefused requests of this side that were too many for a connection
 */
public record SessionCounters(
        Counter accepted,
        Counter refused,
        Counter requests,
        Counter busy,
        Counter malformed,
        Counter unexpected,
        Counter slow,
        Counter silent,
        Counter tooLarge,
        Counter failed,
        Counter late,
        Counter inquiriesRefused) {

    /** Registers them under {@code pipit_<endpoint>_…}. */
    public static SessionCounters of(Metrics metrics, String endpoint) {
        String name = "pipit_" + endpoint + "_";
        return new SessionCounters(
                metrics.counter(name + "connections", "Connections accepted."),
                metrics.counter(name + "connections_refused", "Connections beyond the limit."),
                metrics.counter(name + "requests", "Requests taken."),
                metrics.counter(name + "requests_refused", "Requests beyond a limit."),
                metrics.counter(name + "malformed", "Messages that couldn't be read."),
                metrics.counter(name + "unexpected", "Messages out of place."),
                metrics.counter(name + "slow_dropped", "Connections whose client didn't read."),
                metrics.counter(name + "silent_closed", "Connections closed after a time-out."),
                metrics.counter(name + "answers_too_large", "Answers the client couldn't take."),
                metrics.counter(name + "failed", "Requests at which the resource tree threw."),
                metrics.counter(name + "answers_late", "Answers that nobody waited for any more."),
                metrics.counter(
                        name + "inquiries_refused", "Requests of this node beyond the limit."));
    }
}
