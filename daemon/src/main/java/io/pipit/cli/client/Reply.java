package io.pipit.cli.client;

/**
 * What the daemon answered.
 *
 * @param code {@code class * 100 + detail}
 * @param contentFormat of the payload, -1 where it isn't said
 */
public record Reply(int code, int contentFormat, byte[] payload) {}
