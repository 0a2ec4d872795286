package io.pipit.identity.pairing;

/** Pairing doesn't go on, and why; one of a few reasons that both sides know. */
public final class PairingRefused extends Exception {
    private static final long serialVersionUID = 1;

    /** Why not. Their numbers go over the wire. */
    public enum Reason {
        /** It can't be read. */
        MALFORMED(1, "a message that can't be read"),
        /** Another version of these messages. */
        VERSION(2, "the two nodes' versions of pairing don't fit; bring both up to date"),
        /** No window, or not any more. */
        CLOSED(3, "no pairing window is open there; run 'pipit pair open' there first"),
        /** Others are at it. */
        BUSY(4, "other nodes are pairing there right now; try again in half a minute"),
        /** Not what comes next: too early, too late, or a second time. */
        OUT_OF_ORDER(5, "that isn't the message that comes next; try again"),
        /** A proof that is none, or is another key's. */
        UNPROVEN(
                6,
                "a proof doesn't fit the key of the connection: somebody may be in between; look at"
                        + " the address and try again"),
        /** The key confirmation failed. */
        WRONG_CODE(7, "wrong code"),
        /** The same, and it was the last try. */
        WRONG_CODE_LAST(
                8,
                "wrong code, for the last time: the window there is closed; open another with 'pipit"
                        + " pair open'"),
        /** Proved, but not kept. */
        NOT_SAVED(
                9,
                "the other node couldn't save its list of peers: see its journal, mend that and pair"
                        + " again"),
        /** The other side is this node. */
        OWN_NODE(10, "that is this node itself; give the other node's address");

        private final int number;
        private final String words;

        Reason(int number, String words) {
            this.number = number;
            this.words = words;
        }

        int number() {
            return number;
        }

        /** For a person. */
        public String words() {
            return words;
        }
    }

    private final Reason reason;

    public PairingRefused(Reason reason) {
        super(reason.words, null, false, false);
        this.reason = reason;
    }

    /** Which. */
    public Reason reason() {
        return reason;
    }
}
