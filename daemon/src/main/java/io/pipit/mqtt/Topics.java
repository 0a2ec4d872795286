package io.pipit.mqtt;

import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Timeline;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What topics and payloads look like; docs/MQTT.md is written from it.
 *
 * @param prefix what topics begin with, {@code pipit}
 */
record Topics(String prefix) {
    static final String ONLINE = "online";
    static final String OFFLINE = "offline";
    private static final String SET = "set";
    private static final int COMMAND_SEGMENTS = 3;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long NANOS_PER_MICRO = 1_000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    /** An actuator that a command is for. */
    record Target(String node, String actuator) {}

    String node(String node) {
        return prefix + "/" + node;
    }

    String series(String node, Series series) {
        return node(node) + "/" + series;
    }

    String status(String node) {
        return node(node) + "/status";
    }

    /** Whether a node is there. */
    Message availability(String node, boolean there) {
        byte[] word = (there ? ONLINE : OFFLINE).getBytes(StandardCharsets.US_ASCII);
        return new Message(status(node), word, true);
    }

    /** All commands there may be. */
    String commands() {
        return prefix + "/+/+/" + SET;
    }

    /** What a command is for; nothing where it isn't one. */
    Optional<Target> command(String topic) {
        if (!topic.startsWith(prefix + "/")) {
            return Optional.empty();
        }
        String[] rest = topic.substring(prefix.length() + 1).split("/", -1);
        return rest.length == COMMAND_SEGMENTS && rest[2].equals(SET)
                ? Optional.of(new Target(rest[0], rest[1]))
                : Optional.empty();
    }

    /** A reading. Log and sequence tell one that comes twice. */
    Message reading(String node, Kept kept, Timeline timeline) {
        Reading reading = kept.reading();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("value", reading.value());
        body.put("unit", reading.unit());
        body.put("time", time(kept.wallMicros()));
        if (!timeline.isSynchronised(reading.at())) {
            body.put("synchronised", false);
        }
        body.put("log", kept.log());
        body.put("sequence", reading.sequence());
        return new Message(
                series(node, reading.series()), Document.write(body, Format.JSON), false);
    }

    private static String time(long wallMicros) {
        return TIME.format(
                Instant.ofEpochSecond(
                        Math.floorDiv(wallMicros, MICROS_PER_SECOND),
                        Math.floorMod(wallMicros, MICROS_PER_SECOND) * NANOS_PER_MICRO));
    }
}
