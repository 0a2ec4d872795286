package io.pipit.discovery.rung;

import io.pipit.monitor.Health.Status;

/**
 * How a way of finding peers is doing.
 *
 * @param reason in plain words what is wrong, or, where nothing is, what it does; may be empty
 * @param found trusted peers that it knows an address of at present
 * @param in packets, answers or entries that came in by it
 * @param out packets or questions that went out by it
 * @param refused of what came in, how much was malformed, too much, or not to be believed
 */
public record RungState(
        Rung rung, Status status, String reason, int found, long in, long out, long refused) {}
