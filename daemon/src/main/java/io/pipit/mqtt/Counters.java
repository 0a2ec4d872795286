package io.pipit.mqtt;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import java.util.function.LongSupplier;

/**
 * What is counted of the bridge, over all its configurations.
 *
 * @param published readings that the broker has
 * @param refused messages that it refused, for good
 * @param gone places that the store gave up before they were published, at the most that many
 *     readings
 * @param again readings that are published once more, since nobody knows whether they arrived
 * @param connections that the broker took
 * @param failures connections that didn't come about, or ended
 * @param commands that were carried out
 * @param commandsRefused that weren't
 * @param saves of the place that was reached
 */
public record Counters(
        Counter published,
        Counter refused,
        Counter gone,
        Counter again,
        Counter connections,
        Counter failures,
        Counter commands,
        Counter commandsRefused,
        Counter saves) {
    /** Registers them. */
    public static Counters in(Metrics metrics, LongSupplier waiting, LongSupplier inFlight) {
        metrics.gauge(
                "pipit_mqtt_waiting",
                "Places of all logs that aren't published over MQTT yet, at the most that many"
                        + " readings",
                waiting::getAsLong);
        metrics.gauge(
                "pipit_mqtt_in_flight",
                "Messages that wait for the broker's acknowledgement",
                inFlight::getAsLong);
        return new Counters(
                metrics.counter("pipit_mqtt_published", "Readings that the broker has"),
                metrics.counter(
                        "pipit_mqtt_refused",
                        "Messages that the broker refused, and were left out"),
                metrics.counter(
                        "pipit_mqtt_gone",
                        "Places of all logs that the store gave up before they were published over"
                                + " MQTT, at the most that many readings"),
                metrics.counter(
                        "pipit_mqtt_again",
                        "Readings published again, since nobody knew whether they had arrived"),
                metrics.counter("pipit_mqtt_connections", "Connections that the broker took"),
                metrics.counter(
                        "pipit_mqtt_connection_failures",
                        "Connections to the broker that didn't come about, or ended"),
                metrics.counter("pipit_mqtt_commands", "Commands over MQTT that were carried out"),
                metrics.counter(
                        "pipit_mqtt_commands_refused", "Commands over MQTT that were refused"),
                metrics.counter(
                        "pipit_mqtt_saves", "Times that the place reached was written down"));
    }
}
