package io.pipit.core.path;

import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.port.PeerLinks;
import org.jspecify.annotations.Nullable;

/**
 * What share of the datagrams is lost on the way from and to a peer, by two signs: slices of its
 * feed that were missed, and requests that had to be repeated. What is older counts half, again and
 * again. Node loop.
 */
final class Loss {
    /** With less than this nothing is said. */
    static final int SAMPLES_MIN = 30;

    /** With more than this the older ones count half. */
    static final int SAMPLES_MAX = 100;

    private double slices;
    private double missed;
    private double sent;
    private double again;
    private PeerLinks.Sent before = PeerLinks.Sent.NOTHING;
    private @Nullable LogId log;
    private long reached;

    /** From here on. */
    void reset(PeerLinks.Sent now) {
        slices = 0;
        missed = 0;
        sent = 0;
        again = 0;
        before = now;
        log = null;
    }

    /** The feed brought this; each run of slices that didn't come shows as one gap. */
    void received(LogSlice slice) {
        if (!slice.log().equals(log)) {
            log = slice.log();
            reached = slice.completeTo();
            return;
        }
        if (slice.previous() > reached) {
            missed++;
        } else if (!slice.entries().isEmpty() && slice.completeTo() <= reached) {
            // It is only late: the gap that it left was none. Doubled ones don't matter as much.
            missed = Math.max(0, missed - 1);
        }
        reached = Math.max(reached, slice.completeTo());
        slices += slice.entries().isEmpty() ? 0 : 1;
        if (slices > SAMPLES_MAX) {
            slices /= 2;
            missed /= 2;
        }
    }

    /** That much went out by now. */
    void sent(PeerLinks.Sent now) {
        sent += now.messages() - before.messages();
        again += now.again() - before.again();
        before = now;
        if (sent > SAMPLES_MAX) {
            sent /= 2;
            again /= 2;
        }
    }

    /**
     * Share that is lost one way, 0 to 1. With a share p lost there are p gaps for each slice that
     * comes, and 1 - (1 - p)² of the requests or of their answers don't arrive.
     */
    double share() {
        double feed = slices < SAMPLES_MIN ? 0 : Math.min(1, missed / slices);
        double requests = sent < SAMPLES_MIN ? 0 : 1 - Math.sqrt(1 - Math.min(1, again / sent));
        return Math.max(feed, requests);
    }
}
