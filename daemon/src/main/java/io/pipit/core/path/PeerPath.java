package io.pipit.core.path;

import io.pipit.core.timing.Heartbeats;
import io.pipit.core.timing.Timing;
import io.pipit.model.Filter;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks.Fetch;
import io.pipit.port.PeerLinks.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which way the feed of one peer comes, and what is asked for. UDP is in doubt when a request stays
 * without an answer or too much is lost; then the feed is asked for over TCP as well, and when that
 * brings something, UDP's is left. From TCP it goes back when a series of questions over UDP was
 * answered well and the feed, asked for there too, came. So one way is left only when the other one
 * brings the feed; what comes twice meanwhile is told apart by its place in the log. Node loop.
 */
final class PeerPath {
    /** So long without any answer, and a way is in doubt; a question is asked the other way too. */
    static final long ANSWER_MAX_NANOS = 3 * Timing.SECOND;

    /** While the feed brings this many slices, answers are to come at least so often. */
    static final int UNANSWERED_SLICES_MAX = 5;

    static final long UNANSWERED_NANOS = 5 * Timing.SECOND;

    /** Share lost, one way, above which UDP is in doubt. */
    static final double LOSS_MAX = 0.2;

    /** Questions under way: more than anybody asks; what is never answered isn't kept for ever. */
    static final int ASKS_MAX = 64;

    /** TCP isn't tried again earlier, after a failure and after many. */
    private static final long REST_FIRST_NANOS = Timing.SECOND;

    private static final long REST_MAX_NANOS = 60 * Timing.SECOND;

    private static final String NO_ANSWER = "UDP gets no answer";

    /** A question under way; {@code open} are the ways where an outcome is still to come. */
    private static final class Ask {
        final Fetch fetch;
        final Set<Path> tried = EnumSet.noneOf(Path.class);
        final Set<Path> open = EnumSet.noneOf(Path.class);
        long sentNanos;

        Ask(Fetch fetch) {
            this.fetch = fetch;
        }
    }

    private final NodeId peer;
    private final Paths all;
    private final Way udp;
    private final @Nullable Way tcp;
    private final Map<Long, Ask> asks = new LinkedHashMap<>();
    private final Loss loss = new Loss();
    private @Nullable Filter filter;
    private Path path = Path.UDP;

    // The feed on the way in use:
    private long wordNanos;
    private int beats;
    private int slices;

    /** What is wrong with UDP, in words; empty where nothing is. */
    private String doubt = "";

    private long sinceNanos;

    // TCP after a failure:
    private boolean resting;
    private boolean failedInDoubt;
    private long restUntilNanos;
    private long restNanos = REST_FIRST_NANOS;
    private String tcpError = "";

    /** It answered since it last failed. */
    private boolean tcpProved;

    /** The question that is to prove it; 0 where none is under way. */
    private long knock;

    private final WayBack wayBack = new WayBack();

    /** TCP got no answer either, and UDP was tried for that. */
    private boolean hurried;

    PeerPath(NodeId peer, Paths all, Way udp, @Nullable Way tcp) {
        this.peer = peer;
        this.all = all;
        this.udp = udp;
        this.tcp = tcp;
    }

    // What is wanted

    void subscribe(Filter wanted, long nowNanos) {
        filter = wanted;
        way(path).observe(wanted, nowNanos);
        tick(nowNanos);
    }

    void unsubscribe() {
        leave(udp);
        leave(tcp);
        filter = null;
        asks.clear();
    }

    void fetch(Fetch fetch, Path over, long nowNanos) {
        if (asks.size() >= ASKS_MAX) {
            asks.remove(asks.keySet().iterator().next());
        }
        Ask ask = new Ask(fetch);
        asks.put(fetch.number(), ask);
        send(ask, over, nowNanos);
    }

    /** The way that the feed takes. */
    Path path() {
        return path;
    }

    /** Whether TCP is there and hasn't just failed. */
    private boolean tcpIsUsable() {
        return tcp != null && !resting;
    }

    /**
     * The way for what is better asked over TCP. Until that has proved to work it goes the feed's
     * way: a connection may take a second to come about on a small board, or never do.
     */
    Path largeRepairPath() {
        return tcpIsUsable() && tcpProved ? Path.TCP : path;
    }

    /** Has TCP proved, where it isn't: asks it where the feed stands. */
    void prove(long nowNanos) {
        Way tcp = this.tcp;
        if (tcp != null && filter != null && tcpIsUsable() && !tcpProved && knock == 0) {
            knock = all.nextProbe();
            tcp.fetch(new Fetch(knock, peer, filter, null, 0, Long.MAX_VALUE, 0, 0), nowNanos);
        }
    }

    /**
     * From when on it has to be known whether the peer answers: its feed fell silent, or brings so
     * much that it would be bad to notice late that nothing gets to the peer.
     */
    long questionDueNanos() {
        Way way = way(path);
        if (tcp == null || filter == null || way.deliveries() == 0 || way.isAsked()) {
            return Timing.NEVER;
        }
        return path == Path.UDP && slices >= UNANSWERED_SLICES_MAX
                ? Math.min(silentNanos(), udp.answeredNanos() + UNANSWERED_NANOS)
                : silentNanos();
    }

    // What happens

    void received(Event.Received event, long nowNanos) {
        Way way = way(event.path());
        if (!event.filter().equals(filter) || !way.isObserving()) {
            return;
        }
        boolean first = way.delivered(nowNanos);
        if (event.path() == path) {
            heard(event.slice(), first, nowNanos);
        }
        if (event.path() == Path.TCP) {
            tcpWorks();
        }
        if (event.path() == Path.UDP && path == Path.UDP) {
            if (first) {
                udpAnswered();
            }
            loss.received(event.slice());
            lookAtLoss(nowNanos);
        } else if (event.path() == Path.UDP && udp.deliveries() > 1) {
            moveToUdp(nowNanos);
            heard(event.slice(), false, nowNanos);
        } else if (event.path() == Path.TCP && path == Path.UDP) {
            if (doubt.isEmpty()) {
                leave(tcp);
            } else {
                moveToTcp(nowNanos);
                heard(event.slice(), true, nowNanos);
            }
        }
    }

    /** An answer came; whether anybody waits for it. */
    boolean answered(Event.Fetched event, long nowNanos) {
        way(event.path()).fetched(nowNanos);
        knock = event.number() == knock ? 0 : knock;
        if (wayBack.isProbe(event.number())) {
            probed(nowNanos);
            return false;
        }
        if (event.path() == Path.TCP) {
            tcpWorks();
        } else {
            loss.sent(udp.sent());
            udpAnswered();
            lookAtLoss(nowNanos);
        }
        if (event.path() == path
                && filter != null
                && way(path).deliveries() > 0
                && silentNanos() <= nowNanos) {
            // The peer is there, its feed isn't.
            wordNanos = nowNanos;
            beats = Heartbeats.SLOWEST;
            way(path).observe(filter, nowNanos);
        }
        return asks.remove(event.number()) != null;
    }

    /** A question has no answer that way; whether it has none at all. */
    boolean failed(Event.FetchFailed event, long nowNanos) {
        way(event.path()).failed();
        knock = event.number() == knock ? 0 : knock;
        if (wayBack.isProbe(event.number())) {
            wayBack.unanswered(nowNanos);
            all.counters().triesFailed().increment();
            return false;
        }
        Ask ask = asks.get(event.number());
        if (event.path() == Path.TCP && tcp != null && tcp.deliveries() == 0) {
            tcpFailed(event.reason(), nowNanos);
        } else if (event.path() == Path.UDP && ask != null && udp.answeredNanos() < ask.sentNanos) {
            doubt(NO_ANSWER, nowNanos);
        }
        if (ask == null) {
            return false;
        }
        ask.open.remove(event.path());
        if (ask.open.isEmpty() && askElsewhere(ask, nowNanos)) {
            return false;
        }
        return ask.open.isEmpty() && asks.remove(event.number()) != null;
    }

    /** An observation ended; whether it's the feed's, and isn't gone on with the other way. */
    boolean ended(Event.SubscriptionEnded event, long nowNanos) {
        Way way = way(event.path());
        if (!event.filter().equals(filter) || (tcp != null && !way.isObserving())) {
            return false;
        }
        boolean delivered = way.deliveries() > 0;
        way.ended();
        if (event.path() == Path.TCP) {
            tcpFailed(event.reason(), nowNanos);
            if (path == Path.TCP) {
                path = Path.UDP;
                sinceNanos = nowNanos;
                wayBack.stop();
                udp.observe(event.filter(), nowNanos);
            }
            return false;
        }
        if (path == Path.TCP) {
            tryLater(nowNanos);
            return false;
        }
        if (!delivered) {
            doubt(NO_ANSWER, nowNanos);
        }
        return true;
    }

    /** The peer can be reached again that way; whether it's the way in use. */
    boolean reachable(Path that, long nowNanos) {
        if (that == Path.TCP) {
            resting = false;
        } else if (path == Path.TCP) {
            wayBack.heard(nowNanos);
        }
        return that == path;
    }

    // What is due

    long nextDeadlineNanos() {
        if (tcp == null || filter == null) {
            return Timing.NEVER;
        }
        long next = Timing.NEVER;
        for (Ask ask : asks.values()) {
            if (canBeAskedElsewhere(ask)) {
                next = Math.min(next, ask.sentNanos + ANSWER_MAX_NANOS);
            }
        }
        if (path == Path.UDP) {
            if (doubt.isEmpty()) {
                return Math.min(next, after(udp.unansweredNanos(), ANSWER_MAX_NANOS));
            }
            return resting ? Math.min(next, restUntilNanos) : next;
        }
        if (!hurried) {
            next = Math.min(next, after(tcp.unansweredNanos(), ANSWER_MAX_NANOS));
        }
        return Math.min(next, wayBack.nextDeadlineNanos());
    }

    void tick(long nowNanos) {
        Filter filter = this.filter;
        Way tcp = this.tcp;
        if (resting && restUntilNanos <= nowNanos) {
            resting = false;
        }
        if (tcp == null || filter == null) {
            return;
        }
        if (path == Path.UDP && isDue(udp.unansweredNanos(), ANSWER_MAX_NANOS, nowNanos)) {
            doubt(NO_ANSWER, nowNanos);
        }
        for (Ask ask : asks.values()) {
            if (isDue(ask.sentNanos, ANSWER_MAX_NANOS, nowNanos)) {
                askElsewhere(ask, nowNanos);
            }
        }
        if (path == Path.UDP) {
            if (!doubt.isEmpty() && !resting && !tcp.isObserving()) {
                tcp.observe(filter, nowNanos);
            }
            return;
        }
        if (!hurried && isDue(tcp.unansweredNanos(), ANSWER_MAX_NANOS, nowNanos)) {
            // It may be UDP that works by now.
            hurried = true;
            wayBack.hurry(nowNanos);
        }
        if (wayBack.trialIsOver(nowNanos)) {
            tryLater(nowNanos);
        }
        if (wayBack.wantsProbe(nowNanos)) {
            probe(filter, nowNanos);
        }
    }

    /** Why it's this way, in words; empty where UDP is in use and does well. */
    String reason(long nowNanos) {
        if (doubt.isEmpty()) {
            return "";
        }
        String since = doubt + ", for " + seconds(nowNanos - sinceNanos);
        if (path == Path.UDP) {
            return tcpError.isEmpty() ? since : since + "; nor does TCP: " + tcpError;
        }
        long tryNanos = wayBack.nextTryNanos();
        return since
                + "; tried again "
                + (tryNanos <= nowNanos ? "now" : "in " + seconds(tryNanos - nowNanos));
    }

    // Moving

    private void doubt(String why, long nowNanos) {
        if (tcp != null && path == Path.UDP && doubt.isEmpty()) {
            doubt = why;
            sinceNanos = nowNanos;
        }
    }

    private void udpAnswered() {
        slices = 0;
        if (path == Path.UDP && doubt.equals(NO_ANSWER)) {
            noDoubt();
        }
    }

    private void lookAtLoss(long nowNanos) {
        if (path != Path.UDP) {
            return;
        }
        double share = loss.share();
        if (share > LOSS_MAX) {
            doubt("UDP loses " + Math.round(100 * share) + " %", nowNanos);
        } else if (!doubt.isEmpty() && !doubt.equals(NO_ANSWER)) {
            noDoubt();
        }
    }

    private void noDoubt() {
        doubt = "";
        failedInDoubt = false;
        leave(tcp);
    }

    private void moveToTcp(long nowNanos) {
        leave(udp);
        path = Path.TCP;
        sinceNanos = nowNanos;
        // Where neither worked, TCP may only have been the first of them to come back.
        wayBack.left(failedInDoubt, nowNanos);
        failedInDoubt = false;
        hurried = false;
        all.counters().movedToTcp().increment();
    }

    private void moveToUdp(long nowNanos) {
        path = Path.UDP;
        doubt = "";
        wayBack.back(nowNanos);
        leave(tcp);
        loss.reset(udp.sent());
        all.counters().movedToUdp().increment();
    }

    private void probe(Filter filter, long nowNanos) {
        long number = all.nextProbe();
        wayBack.probe(number, udp.sent().again(), nowNanos);
        all.counters().probes().increment();
        udp.fetch(new Fetch(number, peer, filter, null, 0, Long.MAX_VALUE, 0, 0), nowNanos);
    }

    private void probed(long nowNanos) {
        boolean good = wayBack.answered(udp.sent().again(), nowNanos);
        if (path != Path.TCP) {
            wayBack.stop();
        } else if (!good || filter == null) {
            tryLater(nowNanos);
        } else if (wayBack.seriesIsDone()) {
            wayBack.beginTrial(nowNanos);
            udp.observe(filter, nowNanos);
        }
    }

    private void tryLater(long nowNanos) {
        leave(udp);
        wayBack.later(nowNanos);
        all.counters().triesFailed().increment();
    }

    private void tcpWorks() {
        tcpProved = true;
        resting = false;
        restNanos = REST_FIRST_NANOS;
        hurried = false;
        tcpError = "";
    }

    private void tcpFailed(String reason, long nowNanos) {
        tcpError = reason;
        tcpProved = false;
        failedInDoubt = !doubt.isEmpty();
        if (!resting) {
            resting = true;
            restUntilNanos = nowNanos + restNanos;
            restNanos = Math.min(2 * restNanos, REST_MAX_NANOS);
            all.counters().tcpFailed().increment();
        }
    }

    // Questions

    private void send(Ask ask, Path over, long nowNanos) {
        ask.tried.add(over);
        ask.open.add(over);
        ask.sentNanos = nowNanos;
        way(over).fetch(ask.fetch, nowNanos);
    }

    /** Asks the way that it wasn't asked yet, where there is one that may do better. */
    private boolean askElsewhere(Ask ask, long nowNanos) {
        if (!canBeAskedElsewhere(ask)) {
            return false;
        }
        all.counters().askedTwice().increment();
        send(ask, ask.tried.contains(Path.UDP) ? Path.TCP : Path.UDP, nowNanos);
        return true;
    }

    private boolean canBeAskedElsewhere(Ask ask) {
        return ask.tried.size() == 1
                && (ask.tried.contains(Path.UDP)
                        ? tcpIsUsable()
                        : path == Path.UDP && doubt.isEmpty());
    }

    private void heard(LogSlice slice, boolean first, long nowNanos) {
        wordNanos = nowNanos;
        if (!slice.entries().isEmpty()) {
            beats = 0;
            slices++;
        } else {
            // The first word of an observation may be any of them.
            beats = first ? Heartbeats.SLOWEST : Math.min(beats + 1, Heartbeats.SLOWEST);
        }
    }

    private long silentNanos() {
        return wordNanos + Heartbeats.silenceNanos(beats);
    }

    private void leave(@Nullable Way way) {
        if (way != null && filter != null) {
            way.leave(filter);
        }
    }

    private Way way(Path that) {
        return that == Path.TCP && tcp != null ? tcp : udp;
    }

    private static boolean isDue(long sinceNanos, long waitNanos, long nowNanos) {
        return after(sinceNanos, waitNanos) <= nowNanos;
    }

    private static long after(long sinceNanos, long waitNanos) {
        return sinceNanos == Timing.NEVER ? Timing.NEVER : sinceNanos + waitNanos;
    }

    private static String seconds(long nanos) {
        return Math.max(0, Math.ceilDiv(nanos, Timing.SECOND)) + " s";
    }
}
