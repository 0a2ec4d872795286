package io.pipit.mqtt.homeassistant;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.text.Units;
import io.pipit.model.NodeId;
import io.pipit.model.Series;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Holds what Home Assistant is told against what it checks: the tables of home-assistant/core,
 * {@code homeassistant/components/sensor/const.py} (commit
 * 00eb6680fbf6bdf7af2499095f2e74fca980a148) with the units of {@code homeassistant/const.py}, and
 * the keys of {@code homeassistant/components/mqtt/schemas.py} (commit
 * 0f5c1b547043f5395608e09de3dcf4b7cfafef3d).
 */
class DeviceTest {
    /** {@code DEVICE_CLASS_UNITS}, those that are used here; no unit is "". */
    private static final Map<String, Set<String>> UNITS =
            Map.ofEntries(
                    Map.entry("apparent_power", Set.of("VA")),
                    Map.entry("area", Set.of("m²", "cm²", "km²", "mm²")),
                    Map.entry("battery", Set.of("%")),
                    Map.entry("carbon_dioxide", Set.of("ppm")),
                    Map.entry("carbon_monoxide", Set.of("ppm")),
                    Map.entry("current", Set.of("A", "mA")),
                    Map.entry("data_rate", Set.of("bit/s", "Mbit/s", "B/s", "MB/s")),
                    Map.entry("data_size", Set.of("B", "KiB", "GB")),
                    Map.entry("distance", Set.of("mm", "cm", "m", "km")),
                    Map.entry("duration", Set.of("d", "h", "min", "s", "ms")),
                    Map.entry("energy", Set.of("J", "Wh", "kWh")),
                    Map.entry("frequency", Set.of("Hz", "kHz", "MHz", "GHz")),
                    Map.entry("gas", Set.of("m³")),
                    Map.entry("humidity", Set.of("%")),
                    Map.entry("illuminance", Set.of("lx")),
                    Map.entry("irradiance", Set.of("W/m²")),
                    Map.entry("moisture", Set.of("%")),
                    Map.entry("ozone", Set.of("µg/m³")),
                    Map.entry("ph", Set.of("")),
                    Map.entry("pm1", Set.of("µg/m³")),
                    Map.entry("pm10", Set.of("µg/m³")),
                    Map.entry("pm25", Set.of("µg/m³")),
                    Map.entry("power", Set.of("W", "kW")),
                    Map.entry("precipitation", Set.of("cm", "mm")),
                    Map.entry("precipitation_intensity", Set.of("mm/d", "mm/h")),
                    Map.entry("pressure", Set.of("Pa", "hPa", "kPa")),
                    Map.entry("reactive_power", Set.of("var")),
                    Map.entry("signal_strength", Set.of("dB", "dBm")),
                    Map.entry("sound_pressure", Set.of("dB", "dBA")),
                    Map.entry("speed", Set.of("m/s", "km/h", "mm/d", "mm/h", "mm/s")),
                    Map.entry("temperature", Set.of("°C", "K")),
                    Map.entry("volatile_organic_compounds", Set.of("µg/m³")),
                    Map.entry("volatile_organic_compounds_parts", Set.of("ppm", "ppb")),
                    Map.entry("voltage", Set.of("V", "mV")),
                    Map.entry("volume", Set.of("L", "m³")),
                    Map.entry("volume_flow_rate", Set.of("m³/h", "m³/s", "L/s")),
                    Map.entry("volume_storage", Set.of("L", "m³")),
                    Map.entry("water", Set.of("L", "m³")),
                    Map.entry("weight", Set.of("g", "kg")),
                    Map.entry("wind_direction", Set.of("°")),
                    Map.entry("wind_speed", Set.of("m/s", "km/h")));

    /** {@code DEVICE_CLASS_STATE_CLASSES}: those that take no measurement. */
    private static final Map<String, Set<String>> OTHER_STATES =
            Map.of(
                    "energy", Set.of("total", "total_increasing"),
                    "gas", Set.of("total", "total_increasing"),
                    "volume", Set.of("total", "total_increasing"),
                    "water", Set.of("total", "total_increasing"),
                    "wind_direction", Set.of());

    private static final List<String> QUANTITIES =
            List.of(
                    "value",
                    "temperature",
                    "pm1",
                    "pm2-5",
                    "pm10",
                    "voc",
                    "ozone",
                    "carbon-dioxide",
                    "carbon-monoxide",
                    "rain",
                    "wind",
                    "wind-direction",
                    "battery",
                    "moisture",
                    "humidity",
                    "water",
                    "gas",
                    "level");

    private static final NodeId ID = NodeId.ofBytes(new byte[16]);
    private static final NodeId VIA =
            NodeId.ofBytes("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));

    private static List<String> units() {
        return java.util.stream.Stream.of(
                        "Cel", "K", "m", "kg", "s", "A", "Hz", "Pa", "J", "W", "V", "Ohm", "lx",
                        "m2", "m3", "m/s", "m/s2", "W/m2", "pH", "dB", "Bspl", "count", "/", "%RH",
                        "%EL", "B", "VA", "var", "bit/s", "rad", "rad/s", "kg/m3")
                .flatMap(unit ->
                        java.util.stream.Stream.concat(
                                java.util.stream.Stream.of(unit), Units.others(unit).stream()))
                .distinct()
                .toList();
    }

    @Test
    void eachDeviceClassHasAUnitThatHomeAssistantTakesWithIt() {
        for (String unit : units()) {
            for (String quantity : QUANTITIES) {
                Shape shape = Shape.of(quantity, unit);
                if (shape.deviceClass() != null) {
                    assertThat(UNITS).as(quantity + " in " + unit).containsKey(shape.deviceClass());
                    assertThat(UNITS.get(shape.deviceClass()))
                            .as(quantity + " in " + unit)
                            .contains(shape.unit() == null ? "" : shape.unit());
                    Set<String> states =
                            OTHER_STATES.getOrDefault(shape.deviceClass(), Set.of("measurement"));
                    if (shape.stateClass() == null) {
                        assertThat(states).as(shape.deviceClass()).isEmpty();
                    } else {
                        assertThat(states).as(shape.deviceClass()).contains(shape.stateClass());
                    }
                }
            }
        }
    }

    @Test
    void knowsWhatPeopleMeasure() {
        assertThat(Shape.of("temperature", "Cel"))
                .isEqualTo(new Shape("°C", "temperature", "measurement"));
        assertThat(Shape.of("pm2-5", "ug/m3")).isEqualTo(new Shape("µg/m³", "pm25", "measurement"));
        assertThat(Shape.of("carbon-dioxide", "ppm"))
                .isEqualTo(new Shape("ppm", "carbon_dioxide", "measurement"));
        assertThat(Shape.of("energy", "kWh"))
                .isEqualTo(new Shape("kWh", "energy", "total_increasing"));
        assertThat(Shape.of("load", "/")).isEqualTo(new Shape(null, null, "measurement"));
        assertThat(Shape.of("flux", "Wb")).isEqualTo(new Shape("Wb", null, "measurement"));
    }

    private static Device device(List<Actuator> actuators) {
        TreeMap<Series, String> series = new TreeMap<>();
        series.put(new Series("air", "temperature"), "Cel");
        series.put(new Series("fan", "on"), "/");
        return new Device(
                ID,
                "shed",
                VIA,
                "pipit/shed",
                List.of("pipit/greenhouse/status", "pipit/shed/status"),
                series,
                one -> Optional.of(Duration.ofMinutes(1)),
                actuators,
                "1.2.3");
    }

    private static Document read(byte[] payload) throws WireException {
        return Document.read(payload, Format.JSON);
    }

    @Test
    void theMessageHasWhatHomeAssistantDemands() throws WireException {
        Actuator fan = new Actuator("shed", "fan", "on", "/", 0, 1, true, 0);
        Actuator valve = new Actuator("shed", "valve", "opening", "%", 0, 100, false, 0);
        Document message = read(device(List.of(fan, valve)).payload(Map.of(), 100_000));

        assertThat(message.fields().keySet())
                .containsExactly("dev", "o", "availability", "availability_mode", "cmps");
        assertThat(message.get("dev").get("ids").items()).hasSize(1);
        assertThat(message.get("dev").get("via_device").text("")).startsWith("pipit_");
        assertThat(message.get("o").get("name").text("")).isEqualTo("Pipit");
        message.get("cmps")
                .fields()
                .values()
                .forEach(component -> {
                    assertThat(component.get("p").text("")).isNotEmpty();
                    assertThat(component.get("unique_id").text("")).isNotEmpty();
                });
        assertThat(message.get("cmps").get("air_temperature").toString())
                .isEqualTo(
                        "{\"p\":\"sensor\",\"unique_id\":\"pipit_%s_air_temperature\",\"name\":\"air temperature\",\"state_topic\":\"pipit/shed/air/temperature\",\"value_template\":\"{{ value_json.value }}\",\"qos\":1,\"unit_of_measurement\":\"°C\",\"device_class\":\"temperature\",\"state_class\":\"measurement\",\"expire_after\":180}"
                                .formatted(ID.toString().toLowerCase(Locale.ROOT)));
        Document on = message.get("cmps").get("fan_on");
        assertThat(on.get("p").text("")).isEqualTo("switch");
        assertThat(on.get("command_topic").text("")).isEqualTo("pipit/shed/fan/set");
        assertThat(on.get("state_topic").text("")).isEqualTo("pipit/shed/fan/on");
        Document number = message.get("cmps").get("valve_opening");
        assertThat(number.get("p").text("")).isEqualTo("number");
        assertThat(number.get("max").number(0)).isEqualTo(100);
        assertThat(Device.configTopic(ID)).matches("homeassistant/device/[a-zA-Z0-9_-]+/config");
    }

    /**
     * Those of {@code DISCOVERY_SCHEMA} in sensor.py, switch.py and number.py that are used here;
     * what is beyond them Home Assistant leaves out without a word.
     */
    private static final Map<String, Set<String>> KEYS =
            Map.of(
                    "sensor",
                    Set.of("unit_of_measurement", "device_class", "state_class", "expire_after"),
                    "switch",
                    Set.of("command_topic", "payload_on", "payload_off"),
                    "number",
                    Set.of("command_topic", "min", "max", "step", "unit_of_measurement"));

    private static final Set<String> KEYS_OF_ALL =
            Set.of("p", "unique_id", "name", "state_topic", "value_template", "qos");

    @Test
    void usesNoKeyThatHomeAssistantDoesNotKnow() throws WireException {
        Actuator fan = new Actuator("shed", "fan", "on", "/", 0, 1, true, 0);
        Actuator valve = new Actuator("shed", "valve", "opening", "%", 0, 100, false, 0);
        Document message = read(device(List.of(fan, valve)).payload(Map.of(), 100_000));

        assertThat(message.get("dev").fields().keySet())
                .containsExactlyInAnyOrder("ids", "name", "mf", "mdl", "sn", "via_device");
        assertThat(message.get("o").fields().keySet()).containsExactlyInAnyOrder("name", "sw");
        assertThat(message.get("availability_mode").text("")).isEqualTo("all");
        message.get("availability")
                .items()
                .forEach(one -> assertThat(one.fields().keySet()).containsExactly("topic"));
        assertThat(message.get("cmps").fields()).hasSize(3);
        message.get("cmps")
                .fields()
                .values()
                .forEach(component -> {
                    Set<String> known = new HashSet<>(KEYS_OF_ALL);
                    known.addAll(KEYS.get(component.get("p").text("")));
                    assertThat(component.fields().keySet())
                            .containsAll(KEYS_OF_ALL)
                            .isSubsetOf(known);
                    assertThat(component.get("qos").whole(0)).isEqualTo(1);
                });
    }

    @Test
    void expiresWhenThreeReadingsAreMissingAndNotBeforeHalfAMinute() throws WireException {
        TreeMap<Series, String> series = new TreeMap<>();
        series.put(new Series("air", "fast"), "Cel");
        series.put(new Series("air", "slow"), "Cel");
        series.put(new Series("air", "unknown"), "Cel");
        Map<String, Duration> every =
                Map.of("fast", Duration.ofSeconds(1), "slow", Duration.ofMillis(20_500));
        Document components =
                read(new Device(
                                        ID,
                                        "shed",
                                        VIA,
                                        "pipit/shed",
                                        List.of("pipit/shed/status"),
                                        series,
                                        one -> Optional.ofNullable(every.get(one.quantity())),
                                        List.of(),
                                        "1.2.3")
                                .payload(Map.of(), 100_000))
                        .get("cmps");

        assertThat(components.get("air_fast").get("expire_after").whole(0)).isEqualTo(30);
        assertThat(components.get("air_slow").get("expire_after").whole(0)).isEqualTo(62);
        assertThat(components.get("air_unknown").get("expire_after").isPresent()).isFalse();
    }

    @Test
    void leavesOutWhatDoesNotFit() throws WireException {
        byte[] payload = device(List.of()).payload(Map.of(), 600);

        assertThat(payload).hasSizeLessThanOrEqualTo(600);
        assertThat(read(payload).get("cmps").fields()).doesNotContainKey("fan_on");
    }

    @Test
    void saysWhatIsGone() throws WireException {
        Document message = read(device(List.of()).payload(Map.of("old_value", "sensor"), 100_000));

        assertThat(message.get("cmps").get("old_value").toString()).isEqualTo("{\"p\":\"sensor\"}");
    }
}
