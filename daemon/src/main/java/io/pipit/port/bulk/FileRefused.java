package io.pipit.port.bulk;

/** A file, or a part of one, isn't given or taken; the message says why, for who asked. */
public final class FileRefused extends Exception {
    private static final long serialVersionUID = 1;

    /** What kind of why. */
    public enum Reason {
        /** The name can't be that of a file here. */
        NAME,
        /** There is none. */
        NOT_FOUND,
        /** It is more than whoever sends it may store here. */
        TOO_LARGE,
        /** The disk has no room; there may be some later. */
        NO_ROOM,
        /** It isn't the next part of what is held. */
        OUT_OF_ORDER,
        /** The whole isn't what it was said to be; none of it is held any more. */
        CORRUPT,
        /** Not now; soon. */
        BUSY
    }

    private final Reason reason;

    public FileRefused(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
