package io.pipit.wire;

import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Timeline;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plain SenML (RFC 8428), as any other program reads and writes it: the newest reading of a series,
 * pages of history, values that somebody sends. All methods are thread-safe.
 */
public final class Senml {
    /** Times below this are relative to now (RFC 8428, section 4.5.3), microseconds. */
    public static final long RELATIVE_BELOW_MICROS = (1L << 28) * 1_000_000;

    // RFC 8798, section 3, and what was added to that registry later.
    private static final Set<String> SECONDARY_UNITS =
            Set.of(
                    "ms", "min", "h", "MHz", "kW", "kVA", "kvar", "Ah", "Wh", "kWh", "varh",
                    "kvarh", "kVAh", "Wh/km", "KiB", "GB", "Mbit/s", "B/s", "MB/s", "mV", "mA",
                    "dBm", "ug/m3", "mm/h", "m/h", "ppm", "/100", "/1000", "hPa", "mm", "cm", "km",
                    "km/h", "ppb", "ppt", "VAh", "mg/l", "ug/l", "g/l");

    private Senml() {}

    /**
     * One value, resolved: no base fields are left to apply, except that the name comes in two
     * parts, which belong together.
     *
     * @param base what the names of a pack begin with, {@code <node-id>/} where it is a node's
     * @param name the rest of the name, {@code sensor/quantity}
     * @param unit empty where none was given
     * @param timeMicros since 1970, UTC; below {@link #RELATIVE_BELOW_MICROS} relative to now
     * @param value a number; null where it isn't one
     * @param flag true or false; null where it isn't either
     * @param log which log of its node it stands in; null where that isn't said
     * @param sequence its place in that log, 0 where that isn't said
     */
    public record Item(
            String base,
            String name,
            String unit,
            long timeMicros,
            @Nullable Double value,
            @Nullable Boolean flag,
            @Nullable LogId log,
            long sequence) {
        /** A number alone. */
        public Item(String base, String name, String unit, long timeMicros, double value) {
            this(base, name, unit, timeMicros, value, null, null, 0);
        }

        /** Whether its time counts from now. */
        public boolean isRelative() {
            return timeMicros < RELATIVE_BELOW_MICROS;
        }
    }

    /**
     * One value of something that is set.
     *
     * @param holdMicros how long it holds, SenML's update time (RFC 8428, section 4.3): when to
     *     hear of it again at the latest; 0 where that isn't said
     */
    public record Setting(Item item, long holdMicros) {}

    /**
     * A reading for whoever asks for the newest: with the time on the wall where the clock was
     * right, else with its age.
     *
     * @param presentBoot of the node that took it; an age means nothing for an earlier one, whose
     *     best guess of the wall time has to do
     * @param nowMonotonicMicros of that node
     */
    public static Item item(
            NodeId origin,
            Reading reading,
            Timeline timeline,
            int presentBoot,
            long nowMonotonicMicros) {
        OptionalLong wall = timeline.wallMicros(reading.at());
        boolean absolute =
                timeline.isSynchronised(reading.at()) || reading.at().boot() != presentBoot;
        long time =
                absolute && wall.isPresent()
                        ? wall.getAsLong()
                        : Math.min(0, reading.at().monotonicMicros() - nowMonotonicMicros);
        return new Item(
                origin + "/", reading.series().toString(), reading.unit(), time, reading.value());
    }

    /** Writes a pack of what is set, or is to be. */
    public static byte[] encode(Setting setting, Format format) {
        Item item = setting.item();
        RecordWriter out = RecordWriter.of(format, 128);
        out.begin();
        if (SECONDARY_UNITS.contains(item.unit())) {
            out.whole(Label.BASE_VERSION, PackReader.VERSION_WITH_SECONDARY_UNITS);
        }
        if (!item.base().isEmpty()) {
            out.text(Label.BASE_NAME, item.base());
        }
        what(item, out);
        if (item.timeMicros() != 0) {
            out.seconds(Label.TIME, item.timeMicros());
        }
        if (setting.holdMicros() != 0) {
            out.seconds(Label.UPDATE_TIME, setting.holdMicros());
        }
        if (item.log() != null) {
            out.text(Label.LOG, item.log().toString());
            out.whole(Label.SEQUENCE, item.sequence());
        }
        out.end();
        return out.pack();
    }

    /** What it is of, and which value. */
    private static void what(Item item, RecordWriter out) {
        if (!item.name().isEmpty()) {
            out.text(Label.NAME, item.name());
        }
        if (!item.unit().isEmpty()) {
            out.text(Label.UNIT, item.unit());
        }
        if (item.value() != null) {
            out.number(Label.VALUE, item.value());
        }
        if (item.flag() != null) {
            out.flag(Label.FLAG, item.flag());
        }
    }

    /**
     * Reads a pack of one value that somebody sets.
     *
     * @throws WireException where it isn't SenML, or isn't one value
     */
    public static Setting decodeSetting(byte[] pack, Format format) throws WireException {
        List<Item> items = decode(pack, format);
        if (items.size() != 1) {
            throw new WireException("it has " + items.size() + " values, where one is set");
        }
        try (PackReader in = new PackReader(pack, format)) {
            long hold = 0;
            while (in.next()) {
                hold = hold == 0 ? in.updateMicros() : hold;
            }
            return new Setting(items.getFirst(), hold);
        }
    }

    /** Writes a pack; times are given relative to the first one's. */
    public static byte[] encode(List<Item> items, Format format) {
        return encode(items, format, Integer.MAX_VALUE);
    }

    /**
     * Writes a pack of as many of the first of these as fit, but at least one.
     *
     * @param bytesMax for the pack
     */
    public static byte[] encode(List<Item> items, Format format, int bytesMax) {
        RecordWriter out =
                RecordWriter.of(format, (int) Math.min(bytesMax, 64 + 48L * items.size()));
        String base = "";
        long baseTime = 0;
        LogId log = null;
        boolean first = true;
        boolean secondary = items.stream().anyMatch(i -> SECONDARY_UNITS.contains(i.unit()));
        for (Item item : items) {
            out.begin();
            if (first && secondary) {
                out.whole(Label.BASE_VERSION, PackReader.VERSION_WITH_SECONDARY_UNITS);
            }
            if (!item.base().equals(base)) {
                base = item.base();
                out.text(Label.BASE_NAME, base);
            }
            boolean alone = first;
            if (first && item.timeMicros() != 0) {
                baseTime = item.timeMicros();
                out.seconds(Label.BASE_TIME, baseTime);
            }
            first = false;
            what(item, out);
            if (item.timeMicros() != baseTime) {
                out.seconds(Label.TIME, item.timeMicros() - baseTime);
            }
            if (item.log() != null && !item.log().equals(log)) {
                log = item.log();
                out.text(Label.LOG, log.toString());
            }
            if (item.sequence() != 0) {
                out.whole(Label.SEQUENCE, item.sequence());
            }
            out.end();
            if (out.packBytes() > bytesMax && !alone) {
                out.takeBack();
                break;
            }
        }
        return out.pack();
    }

    /**
     * Reads a pack from anybody. What holds neither a number nor true or false is left out.
     *
     * @throws WireException where it isn't SenML
     */
    public static List<Item> decode(byte[] pack, Format format) throws WireException {
        var items = new ArrayList<Item>();
        try (PackReader in = new PackReader(pack, format)) {
            LogId log = null;
            while (in.next()) {
                if (in.has(Label.LOG)) {
                    String text = in.log();
                    log = LogId.parse(text).orElse(null);
                    if (log == null) {
                        throw in.malformed("has no log ID: " + text);
                    }
                }
                if (!in.hasValue() && in.flagValue() == null) {
                    continue;
                }
                items.add(
                        new Item(
                                in.baseName(),
                                in.name(),
                                in.unit(),
                                in.timeMicros(),
                                in.hasValue() ? (Double) in.value() : null,
                                in.flagValue(),
                                log,
                                in.has(Label.SEQUENCE) ? in.whole(Label.SEQUENCE) : 0));
            }
        }
        return items;
    }

    /** Whether a pack of these has to say that it uses units of RFC 8798's second table. */
    static boolean needsSecondaryUnits(List<LogEntry> entries) {
        for (LogEntry entry : entries) {
            if (entry instanceof Reading reading && SECONDARY_UNITS.contains(reading.unit())) {
                return true;
            }
        }
        return false;
    }
}
