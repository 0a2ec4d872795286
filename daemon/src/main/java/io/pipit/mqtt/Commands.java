package io.pipit.mqtt;

import io.pipit.config.text.Durations;
import io.pipit.config.text.Malformed;
import io.pipit.mqtt.Topics.Target;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.port.acting.Actuators;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Actuators.Outcome;
import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets actuators as messages on {@code pipit/<node>/<actuator>/set} say: a number, {@code ON} and
 * {@code OFF}, or {@code {"value": 1, "for": "10m"}}. One that the broker had kept doesn't act: it
 * may be days old. Thread-safe.
 */
final class Commands {
    /** Of a payload that is looked at. */
    static final int PAYLOAD_BYTES_MAX = 1_024;

    private static final Duration LEASE_MAX = Duration.ofDays(365);
    private static final Writer BY = new Writer(Writer.Kind.MQTT, "");
    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

    private final Topics topics;
    private final @Nullable Scope allowed;
    private final String ownName;
    private final Duration lease;
    private final Actuators actuators;
    private final Counters counters;

    /**
     * @param allowed which may be set; none where it is null
     * @param lease how long a command holds that doesn't say
     */
    Commands(
            Topics topics,
            @Nullable Scope allowed,
            String ownName,
            Duration lease,
            Actuators actuators,
            Counters counters) {
        this.topics = topics;
        this.allowed = allowed;
        this.ownName = ownName;
        this.lease = lease;
        this.actuators = actuators;
        this.counters = counters;
    }

    private record Wanted(double value, Duration lease) {}

    /** Whether any actuator may be set at all. */
    boolean areAllowed() {
        return allowed != null;
    }

    /** Those of a node that may be set. */
    List<Actuator> of(String node) {
        Scope scope = allowed;
        return scope == null
                ? List.of()
                : actuators.list().stream()
                        .filter(one -> nodeOf(one).equals(node) && scope.matches(node, one.name()))
                        .toList();
    }

    private String nodeOf(Actuator actuator) {
        String node = actuator.node();
        return node == null ? ownName : node;
    }

    /** Carries a command out, or says why not. */
    void take(Message message) {
        Optional<Target> target = topics.command(message.topic());
        if (target.isEmpty() || allowed == null) {
            refuse(message, "there is no such command");
        } else if (message.retained()) {
            refuse(message, "the broker had kept it: publish commands without 'retain'");
        } else if (!allowed.matches(target.get().node(), target.get().actuator())) {
            refuse(message, "[mqtt] commands doesn't allow it");
        } else {
            try {
                set(message, target.get(), parse(message.payload()));
            } catch (Malformed e) {
                refuse(message, e.getMessage());
            }
        }
    }

    private void set(Message message, Target target, Wanted wanted) {
        String node = target.node().equals(ownName) ? null : target.node();
        var _ =
                actuators
                        .set(new Write(node, target.actuator(), wanted.value(), wanted.lease(), BY))
                        .thenAccept(outcome -> {
                            switch (outcome) {
                                case Outcome.Done() -> counters.commands().increment();
                                case Outcome.Refused(String why, boolean _) -> refuse(message, why);
                            }
                        });
    }

    private void refuse(Message message, @Nullable String why) {
        counters.commandsRefused().increment();
        LOG.warn("a command on {} was refused: {}", message.topic(), why);
    }

    private Wanted parse(byte[] payload) throws Malformed {
        if (payload.length > PAYLOAD_BYTES_MAX) {
            throw new Malformed("it is longer than " + PAYLOAD_BYTES_MAX + " bytes");
        }
        String text = new String(payload, StandardCharsets.UTF_8).strip();
        switch (text.toLowerCase(Locale.ROOT)) {
            case "on", "true" -> {
                return new Wanted(1, lease);
            }
            case "off", "false" -> {
                return new Wanted(0, lease);
            }
            default -> {
                // A number, or JSON.
            }
        }
        Document read;
        try {
            read = Document.read(payload, Format.JSON);
        } catch (WireException e) {
            throw malformed(text);
        }
        Document value = read.fields().isEmpty() ? read : read.get("value");
        double number =
                value.isNumber()
                        ? value.number(Double.NaN)
                        : value.flag(true) == value.flag(false)
                                ? (value.flag(false) ? 1 : 0)
                                : Double.NaN;
        if (Double.isNaN(number)) {
            throw malformed(text);
        }
        return new Wanted(number, lease(read.get("for")));
    }

    private Duration lease(Document given) throws Malformed {
        if (!given.isPresent()) {
            return lease;
        }
        Duration wanted = Durations.parse(given.text(""));
        if (!wanted.isPositive() || wanted.compareTo(LEASE_MAX) > 0) {
            throw new Malformed("\"for\" is more than 0 and at most 365d");
        }
        return wanted;
    }

    private static Malformed malformed(String text) {
        return new Malformed(
                Malformed.quote(text)
                        + " is no command: publish 1, 0, ON, OFF, or {\"value\": 1, \"for\":"
                        + " \"10m\"}");
    }
}
