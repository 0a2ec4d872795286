package io.pipit.resource;

import io.pipit.model.Filter;
import io.pipit.model.Grant.Role;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.port.Conditions;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.LogSubscriber;
import io.pipit.port.ReadingHistory;
import io.pipit.port.SensorStatus;
import io.pipit.port.SensorStatus.State;
import io.pipit.port.TimeSource;
import io.pipit.port.Watcher;
import io.pipit.resource.Call.Refusal;
import io.pipit.resource.ResourceTree.Self;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Request;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.LinkFormat;
import io.pipit.wire.LinkFormat.Link;
import io.pipit.wire.Senml;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code /sensors} and {@code /sensors/SENSOR/QUANTITY}: this node's own sensors and series, and
 * the newest reading of each. Notifications are made on the node loop, everything else where the
 * request came in.
 */
final class Sensors {
    private static final Set<String> CONDITIONS =
            Set.of("c.pmin", "c.pmax", "c.gt", "c.lt", "c.st");
    private static final double NANOS_PER_SECOND = 1e9;

    /** The longest period that can be asked for: a year, seconds. */
    private static final double PERIOD_SECONDS_MAX = 366 * 86_400.0;

    private static final String OBJECT = "urn:oma:lwm2m:ext:";
    private static final String GENERIC_SENSOR = "3300";

    /** IPSO objects by SenML unit, where the unit says it all. */
    private static final Map<String, String> OBJECT_BY_UNIT =
            Map.ofEntries(
                    Map.entry("Cel", "3303"),
                    Map.entry("%RH", "3304"),
                    Map.entry("Pa", "3323"),
                    Map.entry("hPa", "3323"),
                    Map.entry("lx", "3301"),
                    Map.entry("V", "3316"),
                    Map.entry("mV", "3316"),
                    Map.entry("A", "3317"),
                    Map.entry("mA", "3317"),
                    Map.entry("W", "3328"),
                    Map.entry("kW", "3328"),
                    Map.entry("J", "3331"),
                    Map.entry("Wh", "3331"),
                    Map.entry("kWh", "3331"),
                    Map.entry("ppm", "3325"),
                    Map.entry("ppb", "3325"));

    /** By quantity, where the unit doesn't. */
    private static final Map<String, String> OBJECT_BY_QUANTITY =
            Map.of("presence", "3302", "distance", "3330", "button", "3347");

    private final Self self;
    private final ReadingHistory history;
    private final SensorStatus.Source states;
    private final Inbox inbox;
    private final TimeSource time;
    private final Observations observations;

    Sensors(
            Self self,
            ReadingHistory history,
            SensorStatus.Source states,
            Inbox inbox,
            TimeSource time,
            Observations observations) {
        this.self = self;
        this.history = history;
        this.states = states;
        this.inbox = inbox;
        this.time = time;
        this.observations = observations;
    }

    /** Links to all series of the configured sensors that this caller may read. */
    List<Link> links(Caller caller) {
        Set<String> sensors =
                states.statuses().stream().map(SensorStatus::sensor).collect(Collectors.toSet());
        var links = new ArrayList<Link>();
        for (Series series : history.series()) {
            if (sensors.contains(series.sensor()) && caller.may(Role.READ, series)) {
                String unit = history.latest(series).map(Reading::unit).orElse("");
                links.add(
                        Link.to("/sensors/" + series)
                                .with("rt", OBJECT + object(series, unit))
                                .with("if", "core.s")
                                .with("ct", Format.JSON.senml() + " " + Format.CBOR.senml())
                                .with("obs"));
            }
        }
        return links;
    }

    private static String object(Series series, String unit) {
        String byUnit = OBJECT_BY_UNIT.get(unit);
        return byUnit != null
                ? byUnit
                : OBJECT_BY_QUANTITY.getOrDefault(series.quantity(), GENERIC_SENSOR);
    }

    /**
     * {@code /sensors}: links to the series or, in JSON or CBOR, how each sensor is. With Observe,
     * again whenever that changed.
     */
    void list(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        if (!call.caller().may(Role.READ)) {
            throw new Refusal(Call.FORBIDDEN, "this takes the role " + Role.READ);
        }
        Listing listing = new Listing(call, call.documentOrLinks());
        if (call.request().observe()) {
            Runnable changed = listing::changed;
            observations.open(
                    call,
                    caller -> caller.may(Role.READ),
                    () -> {
                        states.onChange(changed);
                        return inbox.offer(
                                new Event.WatchOpened(listing, Call.ownNode(self.name())));
                    },
                    () -> {
                        states.forget(changed);
                        inbox.offer(new Event.WatchClosed(listing));
                    });
        }
        listing.tell();
    }

    /** What one caller was told of the list, and when that isn't true any more. */
    private final class Listing implements Watcher {
        private final Call call;
        private final @Nullable Format format;
        private final Set<Series> known;
        private byte @Nullable [] told;

        Listing(Call call, @Nullable Format format) {
            this.call = call;
            this.format = format;
            this.known = new HashSet<>(history.series());
        }

        @Override
        public void arrived(NodeId origin, LogId log, List<LogEntry> entries, boolean live) {
            boolean more = false;
            for (LogEntry entry : entries) {
                more |= entry instanceof Reading reading && known.add(reading.series());
            }
            if (more) {
                changed();
            }
        }

        void changed() {
            observations.notifying(this::tell);
        }

        /** Synchronised, so that what is said last is what was true last. */
        synchronized void tell() {
            byte[] payload =
                    format == null
                            ? LinkFormat.write(
                                    LinkFormat.filter(links(call.caller()), call.request().query()))
                            : Document.write(document(call.caller()), format);
            if (!Arrays.equals(payload, told)) {
                told = payload;
                call.content(
                        format == null ? LinkFormat.CONTENT_FORMAT : format.document(), payload);
            }
        }
    }

    private Map<String, Object> document(Caller caller) {
        long now = time.monotonicNanos();
        var all = new ArrayList<Map<String, Object>>();
        for (SensorStatus status : states.statuses()) {
            List<String> quantities = quantities(caller, status.sensor());
            // Who may read all that the sensor measures may know of one that measured nothing yet.
            if (quantities.isEmpty() && !caller.may(Role.READ, Filter.of(status.sensor() + "/*"))) {
                continue;
            }
            boolean bad = status.state().isBad();
            var fields = new LinkedHashMap<String, Object>();
            fields.put("name", status.sensor());
            fields.put("state", bad ? "failed" : status.state() == State.OK ? "ok" : "waiting");
            if (bad) {
                fields.put("reason", status.reason());
            }
            fields.put("since-seconds-ago", seconds(now - status.sinceNanos()));
            if (bad && status.state() != State.HUNG) {
                fields.put("retry-in-seconds", seconds(status.nextNanos() - now));
            }
            fields.put("quantities", quantities);
            all.add(fields);
        }
        return Map.of("sensors", all);
    }

    private List<String> quantities(Caller caller, String sensor) {
        return history.series().stream()
                .filter(series -> series.sensor().equals(sensor))
                .filter(series -> caller.may(Role.READ, series))
                .map(Series::quantity)
                .toList();
    }

    private static double seconds(long nanos) {
        return Math.round(Math.max(0, nanos) / 1e6) / 1e3;
    }

    /** {@code /sensors/SENSOR/QUANTITY}. */
    void one(Call call, String sensor, String quantity) throws Refusal {
        Series series = Series.parse(sensor + "/" + quantity).orElse(null);
        if (series == null) {
            throw new Refusal(Call.NOT_FOUND, "a name is " + Series.NAME.pattern());
        }
        call.allow(Request.Method.GET);
        if (!call.caller().may(Role.READ, series)) {
            throw new Refusal(Call.FORBIDDEN, series + " is not granted to you");
        }
        call.knows(CONDITIONS);
        Conditions conditions = conditions(call);
        Format format = call.senml();
        Reading newest = history.latest(series).orElse(null);
        if (newest == null) {
            throw new Refusal(Call.NOT_FOUND, "no reading of " + series + " yet; see /sensors");
        }
        respond(call, format, newest);
        if (call.request().observe()) {
            observe(call, series, conditions, format);
        }
    }

    private void observe(Call call, Series series, Conditions conditions, Format format)
            throws Refusal {
        LogSubscriber observer =
                slice ->
                        observations.notifying(() -> {
                            for (LogEntry entry : slice.entries()) {
                                if (entry instanceof Reading reading) {
                                    respond(call, format, reading);
                                }
                            }
                        });
        observations.open(
                call,
                caller -> caller.may(Role.READ, series),
                () -> inbox.offer(new Event.SeriesObserved(observer, series, conditions)),
                () -> inbox.offer(new Event.SeriesReleased(observer)));
    }

    private void respond(Call call, Format format, Reading reading) {
        Senml.Item item =
                Senml.item(
                        self.id(),
                        reading,
                        history.timeline(self.id(), self.log()),
                        self.boot(),
                        time.monotonicMicros());
        call.content(format.senml(), Senml.encode(List.of(item), format));
    }

    private static Conditions conditions(Call call) throws Refusal {
        long least = periodNanos(call, "c.pmin");
        long most = periodNanos(call, "c.pmax");
        if (most > 0 && most < least) {
            throw Call.bad("c.pmax is less than c.pmin");
        }
        Double step = call.number("c.st");
        if (step != null && step <= 0) {
            throw Call.bad("c.st is not above 0");
        }
        return new Conditions(least, most, call.number("c.gt"), call.number("c.lt"), step);
    }

    private static long periodNanos(Call call, String name) throws Refusal {
        Double seconds = call.number(name);
        if (seconds == null) {
            return 0;
        }
        if (seconds <= 0 || seconds > PERIOD_SECONDS_MAX) {
            throw Call.bad(name + " is no number of seconds above 0 and up to a year");
        }
        return Math.round(seconds * NANOS_PER_SECOND);
    }
}
