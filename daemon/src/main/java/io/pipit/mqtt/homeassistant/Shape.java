package io.pipit.mqtt.homeassistant;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How Home Assistant shows a quantity. It checks device class, unit and state class against each
 * other (home-assistant/core, {@code homeassistant/components/sensor/const.py}: {@code
 * DEVICE_CLASS_UNITS} and {@code DEVICE_CLASS_STATE_CLASSES}) and leaves out what doesn't fit; so
 * where none of its classes takes the unit, there is none here.
 *
 * @param unit as Home Assistant writes it; null for what has none
 * @param deviceClass null where none fits
 * @param stateClass null where none is allowed
 */
public record Shape(
        @Nullable String unit, @Nullable String deviceClass, @Nullable String stateClass) {
    private static final String MEASUREMENT = "measurement";
    private static final String GROWING = "total_increasing";

    /** Device classes of which Home Assistant takes sums alone. */
    private static final List<String> SUMS = List.of("energy", "water", "gas", "volume");

    /** By the unit of SenML: that of Home Assistant, and its device class where there is one. */
    private static final Map<String, Shape> BY_UNIT = new HashMap<>();

    /** A quantity's name says more than its unit: part of it, the unit, and the device class. */
    private record Named(String part, String unit, String deviceClass) {}

    private static final List<Named> BY_NAME =
            List.of(
                    new Named("pm2-5", "ug/m3", "pm25"),
                    new Named("pm25", "ug/m3", "pm25"),
                    new Named("pm10", "ug/m3", "pm10"),
                    new Named("pm1", "ug/m3", "pm1"),
                    new Named("voc", "ug/m3", "volatile_organic_compounds"),
                    new Named("ozone", "ug/m3", "ozone"),
                    new Named("carbon-dioxide", "ppm", "carbon_dioxide"),
                    new Named("co2", "ppm", "carbon_dioxide"),
                    new Named("carbon-monoxide", "ppm", "carbon_monoxide"),
                    new Named("voc", "ppm", "volatile_organic_compounds_parts"),
                    new Named("voc", "ppb", "volatile_organic_compounds_parts"),
                    new Named("rain", "mm", "precipitation"),
                    new Named("rain", "mm/h", "precipitation_intensity"),
                    new Named("wind-direction", "deg", "wind_direction"),
                    new Named("wind", "m/s", "wind_speed"),
                    new Named("wind", "km/h", "wind_speed"),
                    new Named("battery", "%", "battery"),
                    new Named("moisture", "%", "moisture"),
                    new Named("humidity", "%", "humidity"),
                    new Named("water", "m3", "water"),
                    new Named("water", "l", "water"),
                    new Named("gas", "m3", "gas"),
                    new Named("level", "l", "volume_storage"),
                    new Named("level", "m3", "volume_storage"));

    static {
        unit("Cel", "°C", "temperature");
        unit("K", "K", "temperature");
        unit("%RH", "%", "humidity");
        unit("Pa", "Pa", "pressure");
        unit("hPa", "hPa", "pressure");
        unit("lx", "lx", "illuminance");
        unit("V", "V", "voltage");
        unit("mV", "mV", "voltage");
        unit("A", "A", "current");
        unit("mA", "mA", "current");
        unit("W", "W", "power");
        unit("kW", "kW", "power");
        unit("VA", "VA", "apparent_power");
        unit("var", "var", "reactive_power");
        unit("J", "J", "energy");
        unit("Wh", "Wh", "energy");
        unit("kWh", "kWh", "energy");
        unit("Hz", "Hz", "frequency");
        unit("MHz", "MHz", "frequency");
        unit("m", "m", "distance");
        unit("cm", "cm", "distance");
        unit("mm", "mm", "distance");
        unit("km", "km", "distance");
        unit("m/s", "m/s", "speed");
        unit("km/h", "km/h", "speed");
        unit("mm/h", "mm/h", "precipitation_intensity");
        unit("s", "s", "duration");
        unit("ms", "ms", "duration");
        unit("min", "min", "duration");
        unit("h", "h", "duration");
        unit("g", "g", "weight");
        unit("kg", "kg", "weight");
        unit("W/m2", "W/m²", "irradiance");
        unit("%EL", "%", "battery");
        unit("B", "B", "data_size");
        unit("KiB", "KiB", "data_size");
        unit("GB", "GB", "data_size");
        unit("B/s", "B/s", "data_rate");
        unit("MB/s", "MB/s", "data_rate");
        unit("bit/s", "bit/s", "data_rate");
        unit("Mbit/s", "Mbit/s", "data_rate");
        unit("dBm", "dBm", "signal_strength");
        unit("Bspl", "dB", "sound_pressure");
        unit("pH", null, "ph");
        unit("m2", "m²", "area");
        unit("m3", "m³", "volume");
        unit("l", "L", "volume");
        unit("m3/s", "m³/s", "volume_flow_rate");
        unit("l/s", "L/s", "volume_flow_rate");
        unit("ug/m3", "µg/m³", null);
        unit("ppm", "ppm", null);
        unit("ppb", "ppb", null);
        unit("%", "%", null);
        unit("deg", "°", null);
        unit("Ohm", "Ω", null);
        unit("m/s2", "m/s²", null);
        unit("kg/m3", "kg/m³", null);
        // Numbers without a unit.
        unit("count", null, null);
        unit("/", null, null);
    }

    private static void unit(String senml, @Nullable String unit, @Nullable String deviceClass) {
        BY_UNIT.put(senml, new Shape(unit, deviceClass, stateClass(deviceClass)));
    }

    private static @Nullable String stateClass(@Nullable String deviceClass) {
        if (deviceClass == null) {
            return MEASUREMENT;
        }
        if (deviceClass.equals("wind_direction")) {
            return null;
        }
        return SUMS.contains(deviceClass) ? GROWING : MEASUREMENT;
    }

    /**
     * Of a quantity of this name in this unit.
     *
     * @param unit by SenML; one that isn't known is shown as it is
     */
    public static Shape of(String quantity, String unit) {
        Shape shape = BY_UNIT.getOrDefault(unit, new Shape(unit, null, MEASUREMENT));
        for (Named named : BY_NAME) {
            if (named.unit.equals(unit) && quantity.contains(named.part)) {
                return new Shape(shape.unit, named.deviceClass, stateClass(named.deviceClass));
            }
        }
        return shape;
    }
}
