package io.pipit.mqtt;

import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.OnceLog;
import io.pipit.mqtt.broker.Broker.Limits;
import io.pipit.mqtt.broker.Login;
import io.pipit.mqtt.broker.Reason;
import io.pipit.mqtt.broker.Trouble;
import io.pipit.port.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * What the bridge says of itself: in {@code /health} as long as it is so, and in the log once. For
 * one thread, but for {@link #lacking}.
 */
final class Report {
    /** How long it is said that something was refused, or given up, after the last such. */
    static final long SHOWN_NANOS = 600_000_000_000L;

    private static final String BROKER = "mqtt";
    private static final String LIMITS = "mqtt-limits";
    private static final String PLACE = "mqtt-place";
    private static final String STORE = "store";
    private static final String REFUSED = "refused";
    private static final String GONE = "mqtt-gone";
    private static final String GONE_WORDS =
            "readings were given up by the store before the broker had them (pipit_mqtt_gone):"
                    + " raise keep or max-size in [store] where a broker may be away for so long";

    private final OnceLog log = new OnceLog(LoggerFactory.getLogger(Report.class));
    private final Health health;
    private final TimeSource time;
    private final Login.Identity identity;
    private volatile String lacking = "";
    private long refusedNanos = Long.MIN_VALUE;
    private long goneNanos = Long.MIN_VALUE;

    Report(Health health, TimeSource time, Login.Identity identity) {
        this.health = health;
        this.time = time;
        this.identity = identity;
    }

    /** It begins. */
    void connecting() {
        health.set(Part.MQTT, Status.DEGRADED, "connecting to the broker " + identity.broker());
    }

    /** The broker took a connection; perhaps it lacks something. */
    void connected(Limits limits) {
        lacking = lacking(limits);
        health.set(Part.MQTT, lacking.isEmpty() ? Status.OK : Status.DEGRADED, lacking);
        log.well(BROKER, "connected to " + identity.broker());
        if (lacking.isEmpty()) {
            log.well(LIMITS, identity.broker() + " takes all that is needed");
        } else {
            log.warn(LIMITS, lacking);
        }
    }

    private String lacking(Limits limits) {
        List<String> lacks = new ArrayList<>();
        if (!limits.acknowledges()) {
            lacks.add(
                    "takes QoS 0 alone, so what is lost on the way is neither noticed nor published"
                            + " again: let it take QoS 1 (max_qos of mosquitto)");
        }
        if (!limits.retains()) {
            lacks.add(
                    "keeps no messages, so who subscribes later hears only within a minute who is"
                            + " there: let it keep them (retain_available of mosquitto)");
        }
        return lacks.isEmpty()
                ? ""
                : "the broker " + identity.broker() + " " + String.join("; it ", lacks);
    }

    /**
     * What the broker that was connected to last lacks, in a line, and what to do; empty where it
     * lacks nothing. Any thread.
     */
    String lacking() {
        return lacking;
    }

    /** There is no connection. */
    void trouble(Trouble why) {
        String line = line(why);
        health.set(Part.MQTT, Status.DEGRADED, line);
        log.warn(BROKER, line);
    }

    /** The same in a line. */
    String line(Trouble why) {
        return why.line(identity.broker());
    }

    /** The broker refuses what is published or subscribed to. */
    void refused(String topic, Reason reason) {
        refusedNanos = time.monotonicNanos();
        String what =
                "the broker refuses messages on "
                        + topic
                        + " ("
                        + reason
                        + "): "
                        + (reason.isForbidden()
                                ? "allow "
                                        + identity.username().orElse("this node")
                                        + " to publish there, or leave it out of [mqtt] series"
                                : "see the broker's limits, and its log");
        health.also(Part.MQTT, REFUSED, what);
        log.warn(REFUSED, what);
    }

    /** The store gave up what wasn't published. */
    void gone() {
        goneNanos = time.monotonicNanos();
        health.also(Part.MQTT, GONE, GONE_WORDS);
        log.warn(GONE, GONE_WORDS);
    }

    /** The store can't be read. */
    void unreadable(Throwable why) {
        log.warn(STORE, String.valueOf(why.getMessage()));
    }

    /** The place that was reached is written down. */
    void saved() {
        log.well(PLACE, "is written down again");
    }

    /** It can't be. */
    void unsaved(Path file, IOException why) {
        log.warn(
                PLACE,
                file + " can't be written (" + why + "): after a restart more is published twice");
    }

    /** Takes back what was said for long enough. */
    void tick() {
        long now = time.monotonicNanos();
        if (refusedNanos != Long.MIN_VALUE && now - refusedNanos > SHOWN_NANOS) {
            refusedNanos = Long.MIN_VALUE;
            health.also(Part.MQTT, REFUSED, "");
        }
        if (goneNanos != Long.MIN_VALUE && now - goneNanos > SHOWN_NANOS) {
            goneNanos = Long.MIN_VALUE;
            health.also(Part.MQTT, GONE, "");
            log.well(GONE, "nothing more that wasn't published was given up");
        }
    }

    /** It has ended. */
    void off() {
        health.also(Part.MQTT, REFUSED, "");
        health.also(Part.MQTT, GONE, "");
        health.set(Part.MQTT, Status.OFF, "");
    }
}
