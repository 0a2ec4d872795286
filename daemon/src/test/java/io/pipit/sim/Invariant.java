package io.pipit.sim;

/** What must hold, whatever happens. */
enum Invariant {
    /** Every reading and clock that its origin keeps and the filter wants is at the subscriber. */
    ALL_IS_THERE,
    /** Each of them once. */
    ONCE,
    /** What was acknowledged survives a power cut at that moment. */
    ACKNOWLEDGED_IS_HELD,
    /** Up to a cursor, in memory or stored, nothing is missing. */
    CURSOR_NOT_AHEAD,
    /** Within one run of a process a watcher sees each reading once. */
    SEEN_ONCE,
    /** What was stored was also shown. */
    STORED_IS_SEEN,
    /** No place of a log is used twice. */
    PLACE_USED_ONCE,
    /** What is stored of a peer is what that peer's log has at that place. */
    TRUE_TO_ORIGIN,
    /** Nothing is stored that the filter doesn't want. */
    ONLY_WHAT_IS_WANTED,
    /** A stamp means the same wall-clock time at the subscriber as at the origin. */
    SAME_TIME,
    /** What was read in a boot that learnt the right time has the right time. */
    RIGHT_TIME,
    /** The core asks for no wake-up that is already due. */
    NO_BUSY_LOOP,
    /** While UDP is blocked and TCP isn't, readings arrive within seconds all the same. */
    MOVES_IN_TIME,
    /** Once the network is whole, all subscriptions are soon live and content. */
    COMES_TO_REST
}
