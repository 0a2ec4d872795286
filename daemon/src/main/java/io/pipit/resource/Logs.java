package io.pipit.resource;

import io.pipit.model.Filter;
import io.pipit.model.Grant.Role;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Timeline;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.LogSubscriber;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingHistory.LogQuery;
import io.pipit.port.ReadingHistory.Position;
import io.pipit.port.TimeSource;
import io.pipit.port.Watcher;
import io.pipit.resource.Call.Place;
import io.pipit.resource.Call.Refusal;
import io.pipit.resource.ResourceTree.Self;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.outline.Outline;
import io.pipit.wire.Format;
import io.pipit.wire.Senml;
import io.pipit.wire.SliceCodec;
import io.pipit.wire.compact.CompactSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code /readings}, this node's own log, and {@code /history}, all that it keeps, also of its
 * peers. An answer is one message; what didn't fit is asked for with {@code after}. Notifications
 * are made on the node loop, everything else where the request came in.
 */
final class Logs {
    private static final Set<String> READINGS_QUERIES =
            Set.of("series", "after", "upto", "limit", "from", "to", "held", "pv");
    private static final Set<String> HISTORY_QUERIES =
            Set.of("series", "after", "limit", "from", "to", "newest", "points");

    /** An item with its time, log and place takes at most so many times the room of an entry. */
    private static final int ITEM_TO_ENTRY = 16;

    private final Self self;
    private final ReadingHistory history;
    private final Inbox inbox;
    private final TimeSource time;
    private final Observations observations;
    private final Packs packs = new Packs();

    Logs(
            Self self,
            ReadingHistory history,
            Inbox inbox,
            TimeSource time,
            Observations observations) {
        this.self = self;
        this.history = history;
        this.inbox = inbox;
        this.time = time;
        this.observations = observations;
    }

    /** The packs of the slice that was encoded last: the same one goes to all of its feed. */
    private final class Packs {
        private record Encoded(Format format, int bytesMax, List<byte[]> packs) {}

        private @Nullable LogSlice slice;
        private List<Encoded> encoded = List.of();

        // The very object: comparing the entries would cost what is to be saved.
        @SuppressWarnings("ReferenceEquality")
        synchronized List<byte[]> of(LogSlice wanted, Format format, int bytesMax) {
            if (wanted != slice) {
                slice = wanted;
                encoded = new ArrayList<>(2);
            }
            for (Encoded one : encoded) {
                if (one.format == format && one.bytesMax == bytesMax) {
                    return one.packs;
                }
            }
            List<byte[]> fresh =
                    SliceCodec.encode(
                            wanted,
                            self.id(),
                            timeline(wanted),
                            time.monotonicMicros(),
                            format,
                            bytesMax);
            encoded.add(new Encoded(format, bytesMax, fresh));
            return fresh;
        }
    }

    /** {@code /readings}. */
    void readings(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        call.knows(READINGS_QUERIES);
        Filter filter = call.filter();
        List<String> notGranted = call.caller().notGranted(Role.READ, filter);
        if (!notGranted.isEmpty()) {
            throw new Refusal(
                    Call.FORBIDDEN,
                    "not granted: "
                            + String.join(", ", notGranted)
                            + "; it takes the role read, or read:"
                            + String.join(", read:", notGranted));
        }
        call.whole("pv", SliceCodec.VERSION);
        Long from = call.timeMicros("from");
        Long to = call.timeMicros("to");
        boolean byPlace = !call.request().observe() && from == null && to == null;
        if (byPlace && call.request().accept() == CompactSlice.CONTENT_FORMAT) {
            acknowledge(call, filter);
            compact(call, filter);
            return;
        }
        Format format = call.senml();
        acknowledge(call, filter);
        if (call.request().observe()) {
            if (from != null || to != null) {
                throw Call.bad("from and to mean nothing to what is still to come");
            }
            follow(call, filter, format);
        } else if (from != null || to != null) {
            byTime(call, ofNode(self.name(), filter), from, to, placeOf(call), format);
        } else {
            stretch(call, filter, format);
        }
    }

    private void acknowledge(Call call, Filter filter) throws Refusal {
        long held = call.whole("held", -1);
        NodeId peer = call.caller().peer();
        if (held >= 0 && peer != null && call.caller().via() == Caller.Via.NETWORK) {
            // Where there is no room for it the next one says the same and more.
            inbox.offer(new Event.Acknowledged(peer, filter, held));
        }
    }

    private void follow(Call call, Filter filter, Format format) throws Refusal {
        LogSubscriber subscriber = new FeedObserver(call, format);
        NodeId peer = call.caller().via() == Caller.Via.NETWORK ? call.caller().peer() : null;
        // The core's first delivery, which says where the feed stands, is the first answer.
        observations.open(
                call,
                caller -> caller.may(Role.READ, filter),
                () -> inbox.offer(new Event.FeedOpened(subscriber, filter, peer)),
                () -> inbox.offer(new Event.FeedClosed(subscriber)));
    }

    private final class FeedObserver implements LogSubscriber {
        private final Call call;
        private final Format format;

        FeedObserver(Call call, Format format) {
            this.call = call;
            this.format = format;
        }

        @Override
        public void deliver(LogSlice slice) {
            // What can't be sent is a gap, which whoever follows sees and asks for.
            observations.notifying(() -> {
                for (byte[] pack : packs.of(slice, format, call.exchange().payloadBytesMax())) {
                    call.content(format.senml(), pack);
                }
            });
        }
    }

    private void stretch(Call call, Filter filter, Format format) throws Refusal {
        int bytesMax = call.exchange().payloadBytesMax();
        call.whenDone(
                history.read(stretchQuery(call, filter, SliceCodec.entriesMax(bytesMax))),
                slice ->
                        call.content(
                                format.senml(),
                                SliceCodec.encodeFirst(
                                        slice,
                                        self.id(),
                                        timeline(slice),
                                        time.monotonicMicros(),
                                        format,
                                        bytesMax)));
    }

    private void compact(Call call, Filter filter) throws Refusal {
        int bytesMax = call.exchange().payloadBytesMax();
        call.whenDone(
                history.read(stretchQuery(call, filter, bytesMax)),
                slice ->
                        call.content(
                                CompactSlice.CONTENT_FORMAT,
                                CompactSlice.encodeFirst(slice, bytesMax)));
    }

    private static LogQuery stretchQuery(Call call, Filter filter, int fitting) throws Refusal {
        String after = call.value("after");
        Place place = after == null ? null : Call.place("after", after);
        long limit = call.whole("limit", ReadingHistory.LIMIT_MAX);
        return new LogQuery(
                filter,
                place == null ? null : place.log(),
                place == null ? 0 : place.sequence(),
                call.whole("upto", Long.MAX_VALUE),
                (int) Math.min(limit, Math.min(fitting, ReadingHistory.LIMIT_MAX)));
    }

    private Timeline timeline(LogSlice slice) {
        return history.timeline(self.id(), slice.log());
    }

    private @Nullable Position placeOf(Call call) throws Refusal {
        String after = call.value("after");
        if (after == null) {
            return null;
        }
        Place place = Call.place("after", after);
        return new Position(self.id(), place.log(), place.sequence());
    }

    /** {@code /history}: on the socket and the page. */
    void history(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        if (!call.caller().may(Role.READ, Filter.ALL)) {
            throw new Refusal(Call.FORBIDDEN, "this takes the role " + Role.READ);
        }
        call.knows(HISTORY_QUERIES);
        Format format = call.senml();
        Filter filter = historyFilter(call);
        boolean newest = call.whole("newest", 0) != 0;
        long points = call.whole("points", 0);
        if (points > 0) {
            outline(call, filter, points, format);
        } else if (call.request().observe()) {
            watch(call, filter, format, newest);
        } else if (newest) {
            newest(call, filter, format);
        } else {
            byTime(
                    call,
                    filter,
                    call.timeMicros("from"),
                    call.timeMicros("to"),
                    positionOf(call),
                    format);
        }
    }

    /** Two segments are a series of this node; everything else begins with a node. */
    private Filter historyFilter(Call call) throws Refusal {
        var patterns = new ArrayList<String>();
        for (String pattern : call.values("series")) {
            boolean own = !pattern.contains("**") && pattern.split("/", -1).length == 2;
            patterns.add(own ? self.name() + "/" + pattern : pattern);
        }
        return patterns.isEmpty() ? Filter.ALL : Call.filter(patterns);
    }

    private static Filter ofNode(String node, Filter filter) throws Refusal {
        return Call.filter(filter.patterns().stream().map(p -> node + "/" + p).toList());
    }

    private static @Nullable Position positionOf(Call call) throws Refusal {
        String after = call.value("after");
        if (after == null) {
            return null;
        }
        int colon = after.indexOf(':');
        NodeId node = colon < 0 ? null : NodeId.parse(after.substring(0, colon)).orElse(null);
        if (node == null) {
            throw Call.bad("after is no place: '" + after + "'; write it as NODE-ID:LOG:SEQUENCE");
        }
        Place place = Call.place("after", after.substring(colon + 1));
        return new Position(node, place.log(), place.sequence());
    }

    private void byTime(
            Call call,
            Filter filter,
            @Nullable Long from,
            @Nullable Long to,
            @Nullable Position after,
            Format format)
            throws Refusal {
        int bytesMax = call.exchange().payloadBytesMax();
        long limit = call.whole("limit", ReadingHistory.LIMIT_MAX);
        long fitting = Math.min(SliceCodec.entriesMax(bytesMax), ReadingHistory.LIMIT_MAX);
        if (limit == 0) {
            throw Call.bad("limit is at least 1 here");
        }
        var query = new HistoryQuery(filter, from, to, after, (int) Math.min(limit, fitting));
        call.whenDone(
                history.read(query),
                page ->
                        call.content(
                                format.senml(),
                                Senml.encode(items(page.readings()), format, bytesMax)));
    }

    private void newest(Call call, Filter filter, Format format) {
        call.whenDone(
                history.newest(filter),
                newest -> {
                    String what = "the newest of " + newest.size() + " series";
                    whole(call, items(newest), what, format);
                });
    }

    /** What charts are drawn from: no more readings than can be told apart there. */
    private void outline(Call call, Filter filter, long points, Format format) throws Refusal {
        Long from = call.timeMicros("from");
        if (from == null || call.value("after") != null || call.value("limit") != null) {
            throw Call.bad("with points there is from, perhaps to, and neither after nor limit");
        }
        Long to = call.timeMicros("to");
        long end = to == null ? time.wallMicros() : to;
        if (end <= from || points > Outline.STRETCHES_MAX) {
            throw Call.bad("from has to be before to, and points at most " + Outline.STRETCHES_MAX);
        }
        call.whenDone(
                Outline.read(history, filter, from, end, to == null, (int) points),
                outline -> {
                    if (outline.isPresent()) {
                        String what = outline.get().size() + " points";
                        whole(call, withoutPlaces(outline.get()), what, format);
                    } else {
                        call.refuse(
                                new Refusal(
                                        Call.TOO_LARGE,
                                        "these are too many readings to draw; ask for a shorter"
                                                + " time, or for fewer with series="));
                    }
                });
    }

    /** All of these or, where that isn't one message, none. */
    private static void whole(Call call, List<Senml.Item> items, String what, Format format) {
        byte[] pack = Senml.encode(items, format);
        if (pack.length <= call.exchange().payloadBytesMax()) {
            call.content(format.senml(), pack);
            return;
        }
        call.refuse(
                new Refusal(
                        Call.TOO_LARGE,
                        what + " don't fit one answer; ask for fewer, with series="));
    }

    private void watch(Call call, Filter filter, Format format, boolean newest) throws Refusal {
        Watcher watcher =
                (origin, log, entries, live) ->
                        observations.notifying(() -> arrived(call, format, origin, log, entries));
        if (!newest) {
            // An empty pack says that it begins; what arrives follows.
            call.content(format.senml(), Senml.encode(List.of(), format));
        }
        observations.open(
                call,
                caller -> caller.may(Role.READ, Filter.ALL),
                () -> inbox.offer(new Event.WatchOpened(watcher, filter)),
                () -> inbox.offer(new Event.WatchClosed(watcher)));
        if (newest) {
            newest(call, filter, format);
        }
    }

    private void arrived(
            Call call, Format format, NodeId origin, LogId log, List<LogEntry> entries) {
        Timeline timeline = history.timeline(origin, log);
        var items = new ArrayList<Senml.Item>(entries.size());
        for (LogEntry entry : entries) {
            if (entry instanceof Reading reading) {
                OptionalLong wall = timeline.wallMicros(reading.at());
                // Of a log without any clock: as though it were now, which it mostly is.
                items.add(item(origin, log, wall.orElse(0), reading));
            }
        }
        int bytesMax = call.exchange().payloadBytesMax();
        int perPack = SliceCodec.entriesMax(bytesMax) / ITEM_TO_ENTRY;
        for (int from = 0; from < items.size(); from += perPack) {
            List<Senml.Item> some = items.subList(from, Math.min(items.size(), from + perPack));
            call.content(format.senml(), Senml.encode(some, format));
        }
    }

    private static List<Senml.Item> items(List<Kept> readings) {
        return readings.stream()
                .map(kept -> item(kept.origin(), kept.log(), kept.wallMicros(), kept.reading()))
                .toList();
    }

    private static List<Senml.Item> withoutPlaces(List<Kept> readings) {
        return readings.stream()
                .map(kept ->
                        new Senml.Item(
                                kept.origin() + "/",
                                kept.reading().series().toString(),
                                kept.reading().unit(),
                                kept.wallMicros(),
                                kept.reading().value()))
                .toList();
    }

    private static Senml.Item item(NodeId origin, LogId log, long timeMicros, Reading reading) {
        return new Senml.Item(
                origin + "/",
                reading.series().toString(),
                reading.unit(),
                timeMicros,
                reading.value(),
                null,
                log,
                reading.sequence());
    }
}
