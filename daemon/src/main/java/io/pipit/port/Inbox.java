package io.pipit.port;

/**
 * The one way into the node loop. Any thread may offer; nobody waits. Bounded: where it is full,
 * the newest measurement of a sensor replaces the one of it that still waits, samples and received
 * slices are refused (the gap that the latter leave is repaired), and what the core must not miss
 * has room of its own. Each of these is counted.
 */
@FunctionalInterface
public interface Inbox {
    /**
     * Hands an event to the node loop.
     *
     * @return false where there was no room and it was dropped
     */
    boolean offer(Event event);
}
