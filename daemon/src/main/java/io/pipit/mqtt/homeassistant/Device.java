package io.pipit.mqtt.homeassistant;

import io.pipit.model.NodeId;
import io.pipit.model.Series;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node as Home Assistant is to show it: one message on {@code homeassistant/device/<id>/config}
 * that lists all that it has (https://www.home-assistant.io/integrations/mqtt/, device discovery;
 * the keys are those of home-assistant/core, {@code homeassistant/components/mqtt/schemas.py} and
 * {@code abbreviations.py}).
 *
 * @param via through which node it is reached; null where by itself
 * @param topics what its topics begin with: {@code pipit/greenhouse}
 * @param availability topics that all have to say {@code online}
 * @param series what it measures, with the unit by SenML
 * @param expected how often a reading comes at the least, where that is known
 * @param actuators what can be set of it
 * @param version of this program
 */
public record Device(
        NodeId id,
        String name,
        @Nullable NodeId via,
        String topics,
        List<String> availability,
        SortedMap<Series, String> series,
        Function<Series, Optional<Duration>> expected,
        List<Actuator> actuators,
        String version) {
    /** What topics of Home Assistant begin with, as it has it where nobody changed it. */
    public static final String PREFIX = "homeassistant";

    /** Where it says {@code online} when it starts. */
    public static final String STATUS_TOPIC = PREFIX + "/status";

    /** So many readings may be missing until what is shown counts as unknown. */
    private static final int EXPIRES_AFTER = 3;

    private static final long EXPIRES_SECONDS_MIN = 30;
    private static final String SENSOR = "sensor";
    private static final String SWITCH = "switch";
    private static final String NUMBER = "number";
    private static final String PLATFORM = "p";

    /** Smaller ranges are set in hundredths. */
    private static final double COARSE_RANGE_MIN = 10;

    private static final double STEP_FINE = 0.01;

    /** The topic that a node is told of on. */
    public static String configTopic(NodeId id) {
        return PREFIX + "/device/" + uniqueId(id) + "/config";
    }

    private static String uniqueId(NodeId id) {
        return "pipit_" + id.toString().toLowerCase(Locale.ROOT);
    }

    /** Its components with the platform of each. */
    public Map<String, String> components() {
        Map<String, String> components = new TreeMap<>();
        for (Actuator actuator : actuators) {
            components.put(key(actuator), actuator.onOff() ? SWITCH : NUMBER);
        }
        series.keySet().stream()
                .filter(one -> actuators.stream().noneMatch(set -> isOf(one, set)))
                .forEach(one -> components.put(key(one), SENSOR));
        return components;
    }

    private static boolean isOf(Series series, Actuator actuator) {
        return series.sensor().equals(actuator.name())
                && series.quantity().equals(actuator.quantity());
    }

    private static String key(Series series) {
        return series.sensor() + "_" + series.quantity();
    }

    private static String key(Actuator actuator) {
        return actuator.name() + "_" + actuator.quantity();
    }

    /**
     * The message.
     *
     * @param before the components that it was shown with; those that are gone are said to be
     * @param bytesMax for the whole; components that don't fit are left out
     */
    public byte[] payload(Map<String, String> before, long bytesMax) {
        Map<String, Object> components = new LinkedHashMap<>();
        for (Actuator actuator : actuators) {
            components.put(key(actuator), actuator.onOff() ? onOff(actuator) : number(actuator));
        }
        series.forEach((one, unit) -> {
            if (actuators.stream().noneMatch(actuator -> isOf(one, actuator))) {
                components.put(key(one), sensor(one, unit));
            }
        });
        before.forEach((key, platform) -> components.putIfAbsent(key, Map.of(PLATFORM, platform)));
        byte[] payload = payload(components);
        while (payload.length > bytesMax && !components.isEmpty()) {
            List<String> keys = new ArrayList<>(components.keySet());
            keys.subList(keys.size() * 9 / 10, keys.size()).forEach(components::remove);
            payload = payload(components);
        }
        return payload;
    }

    private byte[] payload(Map<String, Object> components) {
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("ids", List.of(uniqueId(id)));
        device.put("name", name);
        device.put("mf", "Pipit");
        device.put("mdl", "Pipit node");
        device.put("sn", id.toString());
        if (via == null) {
            device.put("sw", version);
        } else {
            device.put("via_device", uniqueId(via));
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("dev", device);
        all.put("o", Map.of("name", "Pipit", "sw", version));
        all.put(
                "availability",
                availability.stream().map(topic -> Map.of("topic", topic)).toList());
        all.put("availability_mode", "all");
        all.put("cmps", components);
        return Document.write(all, Format.JSON);
    }

    private Map<String, Object> component(
            String platform, String key, String name, Series state, String template) {
        Map<String, Object> component = new LinkedHashMap<>();
        component.put(PLATFORM, platform);
        component.put("unique_id", uniqueId(id) + "_" + key);
        component.put("name", name);
        component.put("state_topic", topics + "/" + state);
        component.put("value_template", template);
        // Of the device, only newer versions hand it down to its components.
        component.put("qos", 1);
        return component;
    }

    private Map<String, Object> sensor(Series one, String unit) {
        Map<String, Object> component =
                component(
                        SENSOR,
                        key(one),
                        one.sensor() + " " + one.quantity(),
                        one,
                        "{{ value_json.value }}");
        Shape shape = Shape.of(one.quantity(), unit);
        put(component, "unit_of_measurement", shape.unit());
        put(component, "device_class", shape.deviceClass());
        put(component, "state_class", shape.stateClass());
        expected.apply(one)
                .map(every -> every.multipliedBy(EXPIRES_AFTER).plusMillis(999).toSeconds())
                .ifPresent(seconds ->
                        component.put("expire_after", Math.max(EXPIRES_SECONDS_MIN, seconds)));
        return component;
    }

    private Map<String, Object> onOff(Actuator actuator) {
        Map<String, Object> component = set(SWITCH, actuator, "{{ value_json.value | int }}");
        component.put("payload_on", "1");
        component.put("payload_off", "0");
        return component;
    }

    private Map<String, Object> number(Actuator actuator) {
        Map<String, Object> component = set(NUMBER, actuator, "{{ value_json.value }}");
        component.put("min", actuator.min());
        component.put("max", actuator.max());
        component.put("step", actuator.max() - actuator.min() < COARSE_RANGE_MIN ? STEP_FINE : 1.0);
        put(
                component,
                "unit_of_measurement",
                Shape.of(actuator.quantity(), actuator.unit()).unit());
        return component;
    }

    private Map<String, Object> set(String platform, Actuator actuator, String template) {
        Map<String, Object> component =
                component(
                        platform,
                        key(actuator),
                        actuator.name(),
                        new Series(actuator.name(), actuator.quantity()),
                        template);
        component.put("command_topic", topics + "/" + actuator.name() + "/set");
        return component;
    }

    private static void put(Map<String, Object> into, String key, @Nullable String value) {
        if (value != null) {
            into.put(key, value);
        }
    }
}
