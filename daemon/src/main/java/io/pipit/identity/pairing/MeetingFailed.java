package io.pipit.identity.pairing;

/** A {@link Meeting} has no answer to give. */
public final class MeetingFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean refused;

    /**
     * @param refused whether somebody is there, who lets no stranger in
     * @param reason in words
     */
    public MeetingFailed(boolean refused, String reason) {
        super(reason, null, false, false);
        this.refused = refused;
    }

    /** Whether somebody is there, who lets no stranger in. */
    public boolean isRefused() {
        return refused;
    }
}
