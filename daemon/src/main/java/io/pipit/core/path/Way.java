package io.pipit.core.path;

import io.pipit.core.timing.Timing;
import io.pipit.model.Filter;
import io.pipit.model.NodeId;
import io.pipit.port.PeerLinks;

/**
 * One of the two ways to one peer: what was asked there, and since when nothing came. Node loop.
 */
final class Way {
    private final PeerLinks links;
    private final NodeId peer;
    private boolean observing;
    private int deliveries;
    private int fetches;
    private long unansweredNanos = Timing.NEVER;
    private long answeredNanos;

    Way(PeerLinks links, NodeId peer) {
        this.links = links;
        this.peer = peer;
    }

    void observe(Filter filter, long nowNanos) {
        observing = true;
        deliveries = 0;
        asked(nowNanos);
        links.subscribe(peer, filter);
    }

    /** Does without its feed. */
    void leave(Filter filter) {
        if (observing) {
            links.unsubscribe(peer, filter);
            ended();
        }
    }

    void fetch(PeerLinks.Fetch fetch, long nowNanos) {
        fetches++;
        asked(nowNanos);
        links.fetch(fetch);
    }

    PeerLinks.Sent sent() {
        return links.sent(peer);
    }

    /** Its feed brought something; whether that is the answer to being asked for. */
    boolean delivered(long nowNanos) {
        deliveries++;
        if (deliveries == 1) {
            answered(nowNanos);
        }
        return deliveries == 1;
    }

    /** A fetch was answered; perhaps one of before this peer was known anew. */
    void fetched(long nowNanos) {
        fetches = Math.max(0, fetches - 1);
        answered(nowNanos);
    }

    /** A fetch wasn't. */
    void failed() {
        fetches = Math.max(0, fetches - 1);
        settle();
    }

    /** Its feed is over. */
    void ended() {
        observing = false;
        deliveries = 0;
        settle();
    }

    boolean isObserving() {
        return observing;
    }

    /** What the feed brought since it was asked for. */
    int deliveries() {
        return deliveries;
    }

    /** Whether something is under way. */
    boolean isAsked() {
        return fetches > 0 || (observing && deliveries == 0);
    }

    /** Since when something is under way without any answer; {@link Timing#NEVER}: nothing is. */
    long unansweredNanos() {
        return unansweredNanos;
    }

    /** When the last answer came. */
    long answeredNanos() {
        return answeredNanos;
    }

    private void asked(long nowNanos) {
        if (unansweredNanos == Timing.NEVER) {
            unansweredNanos = nowNanos;
        }
    }

    private void answered(long nowNanos) {
        answeredNanos = nowNanos;
        // What else is under way has got as much time again: something gets through.
        unansweredNanos = nowNanos;
        settle();
    }

    private void settle() {
        if (!isAsked()) {
            unansweredNanos = Timing.NEVER;
        }
    }
}
