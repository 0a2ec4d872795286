package io.pipit.cli.client;

/**
 * One reading as the daemon handed it out.
 *
 * @param nodeId of the node that took it
 * @param node its name; the ID where it has none here
 * @param series {@code sensor/quantity}
 * @param timeMicros since 1970, UTC
 * @param log of its origin, 16 hexadecimal digits; empty where that wasn't said
 * @param sequence its place there
 */
public record Arrival(
        String nodeId,
        String node,
        String series,
        double value,
        String unit,
        long timeMicros,
        String log,
        long sequence) {
    /** {@code node/sensor/quantity}. */
    public String fullName() {
        return node + "/" + series;
    }
}
