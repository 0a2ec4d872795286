package io.pipit.cli.demo;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.PeerState;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the demo shows while it runs: on a terminal a table that is written over itself, else plain
 * lines, or JSON. One thread.
 */
final class LiveView implements AutoCloseable {
    private static final String HIDE_CURSOR = "\033[?25l";
    private static final String SHOW_CURSOR = "\033[?25h";
    private static final String CLEAR_LINE_END = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";
    private static final int LINES_MIN = 4;

    /** So many times it is painted until the terminal's size is asked for again. */
    private static final int PAINTS_A_SIZE = 10;

    /** Headings and what stands around the two tables. */
    private static final int LINES_AROUND = 5;

    private record Seen(List<Arrival> newest, List<PeerState> peers) {}

    private final Surroundings surroundings;
    private final List<Fleet.Node> nodes;
    private final Map<Integer, Seen> seen = new HashMap<>();
    private boolean json;
    private int rows;
    private int columns;
    private int linesShown;
    private int painted;

    LiveView(Surroundings surroundings, List<Fleet.Node> nodes) {
        this.surroundings = surroundings;
        this.nodes = nodes;
    }

    void open(boolean asJson) {
        json = asJson;
        if (!json && surroundings.terminal()) {
            surroundings.out().print(HIDE_CURSOR);
        }
    }

    /** What one node says now. */
    void take(int node, List<Arrival> newest, List<PeerState> peers) {
        List<Arrival> sorted = new ArrayList<>(newest);
        sorted.sort(Comparator.comparing(Arrival::fullName));
        seen.put(node, new Seen(sorted, peers));
    }

    void show(Duration elapsed, @Nullable Duration length) {
        if (json) {
            seen.forEach(this::printJson);
            surroundings.flush();
            return;
        }
        boolean live = surroundings.terminal();
        if (live && painted++ % PAINTS_A_SIZE == 0) {
            // Not each time, since it takes a process.
            Surroundings.Size size = surroundings.size();
            rows = Math.max(LINES_MIN, size.rows() - 1);
            columns = size.columns();
        }
        boolean colours = surroundings.colours();
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "%d nodes, %d s%s; readings as %s has them, the others' over DTLS",
                        nodes.size(),
                        elapsed.toSeconds(),
                        length == null ? "" : " of " + length.toSeconds() + " s",
                        nodes.getFirst().name()));
        lines.add("");
        lines.addAll(overview().text(colours).lines().toList());
        int room = live ? rows - LINES_AROUND - nodes.size() : Integer.MAX_VALUE;
        if (room >= nodes.size()) {
            lines.add("");
            lines.addAll(readings(room).text(colours).lines().toList());
        } else {
            lines.add("make the window higher to see readings");
        }
        if (live) {
            paint(lines);
        } else {
            lines.forEach(line -> surroundings.out().print(line + "\n"));
            surroundings.out().print("\n");
        }
        surroundings.flush();
    }

    private void paint(List<String> lines) {
        List<String> fitting = lines;
        if (lines.size() > rows) {
            fitting = new ArrayList<>(lines.subList(0, rows - 1));
            fitting.add("... and " + (lines.size() - rows + 1) + " more: make the window higher");
        }
        StringBuilder out = new StringBuilder();
        if (linesShown > 0) {
            out.append("\033[").append(linesShown).append('A');
        }
        for (String line : fitting) {
            out.append(Printable.cut(line, columns)).append(CLEAR_LINE_END).append('\n');
        }
        out.append(CLEAR_BELOW);
        linesShown = fitting.size();
        surroundings.out().print(out);
    }

    private Table overview() {
        Table table =
                new Table("node", "id", "own", "received", "round trip p50 / p99", "repaired");
        for (int i = 0; i < nodes.size(); i++) {
            Seen its = seen.getOrDefault(i, new Seen(List.of(), List.of()));
            String name = nodes.get(i).name();
            long own = its.newest().stream().filter(a -> a.node().equals(name)).count();
            double p50 = median(its.peers(), PeerState::roundTripP50Millis);
            double p99 = median(its.peers(), PeerState::roundTripP99Millis);
            long repaired = its.peers().stream().mapToLong(PeerState::repaired).sum();
            table.row(
                    name,
                    nodes.get(i).id().toString().substring(0, 7),
                    own + " series",
                    its.newest().size() - own + " series",
                    millis(p50) + " / " + millis(p99),
                    repaired == 0 ? "-" : repaired);
        }
        return table;
    }

    /**
     * The newest readings at the first node. Where there are more than there is room for, each node
     * gets as many rows as the others, and its last one tells how many more it has.
     */
    private Table readings(int room) {
        Table table = new Table("node", "series", "value", "age", "came", "round trip");
        Seen here = seen.getOrDefault(0, new Seen(List.of(), List.of()));
        String self = nodes.getFirst().name();
        Map<String, PeerState> peers = new HashMap<>();
        here.peers().forEach(peer -> peers.put(peer.name(), peer));
        long now = surroundings.micros();
        Map<String, List<Arrival>> byNode = new TreeMap<>();
        here.newest()
                .forEach(each ->
                        byNode.computeIfAbsent(each.node(), node -> new ArrayList<>()).add(each));
        int share =
                here.newest().size() <= room
                        ? Integer.MAX_VALUE
                        : Math.max(1, room / Math.max(1, byNode.size()));
        byNode.forEach((node, all) -> {
            PeerState peer = peers.get(node);
            List<Arrival> shown = some(all, share);
            for (Arrival each : shown) {
                table.row(
                        node,
                        each.series(),
                        Printable.measured(each.value(), each.unit()),
                        Printable.age(now - each.timeMicros()),
                        came(self, each, peer),
                        peer == null ? "-" : millis(peer.roundTripP50Millis()));
            }
            if (shown.size() < all.size()) {
                String more = (all.size() - shown.size()) + (shown.isEmpty() ? "" : " more");
                table.row(node, "... " + more + " series", "", "", "", "");
            }
        });
        return table;
    }

    /** All, or as many as leave one row for the count of the others, of each sensor some. */
    private static List<Arrival> some(List<Arrival> all, int rowsMax) {
        if (all.size() <= rowsMax) {
            return all;
        }
        Map<String, Integer> seenOfSensor = new HashMap<>();
        Map<Arrival, Integer> rank = new HashMap<>();
        for (Arrival each : all) {
            String sensor = each.series().split("/", 2)[0];
            rank.put(each, seenOfSensor.merge(sensor, 1, Integer::sum));
        }
        return all.stream()
                .sorted(Comparator.comparing(rank::get))
                .limit(rowsMax - 1)
                .sorted(Comparator.comparing(Arrival::series))
                .toList();
    }

    private static String came(String self, Arrival reading, @Nullable PeerState peer) {
        if (reading.node().equals(self)) {
            return "own";
        }
        return peer == null
                ? "-"
                : peer.repairing() ? "repairing" : peer.live() ? "live" : "stored";
    }

    private static double median(
            List<PeerState> peers, java.util.function.ToDoubleFunction<PeerState> of) {
        double[] values =
                peers.stream().mapToDouble(of).filter(Double::isFinite).sorted().toArray();
        return values.length == 0 ? Double.NaN : values[values.length / 2];
    }

    private static String millis(double millis) {
        return Double.isFinite(millis) ? String.format(Locale.ROOT, "%.1f ms", millis) : "-";
    }

    private void printJson(int node, Seen its) {
        String self = nodes.get(node).name();
        Map<String, PeerState> peers = new HashMap<>();
        its.peers().forEach(peer -> peers.put(peer.name(), peer));
        List<Map<String, Object>> readings = new ArrayList<>();
        for (Arrival each : its.newest()) {
            PeerState peer = peers.get(each.node());
            Map<String, Object> reading = new LinkedHashMap<>();
            reading.put("node", each.node());
            reading.put("series", each.series());
            reading.put("value", each.value());
            reading.put("unit", each.unit());
            reading.put("time", Printable.exact(each.timeMicros()));
            reading.put("came", came(self, each, peer));
            if (peer != null && Double.isFinite(peer.roundTripP50Millis())) {
                reading.put("roundTripMs", peer.roundTripP50Millis());
            }
            readings.add(reading);
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("at", self);
        line.put("readings", readings);
        surroundings.json(line);
    }

    /** What came of it. */
    static void summary(Surroundings surroundings, List<Audit.Result> results) {
        Table table = new Table("node", "own", "received", "missing", "twice");
        for (Audit.Result each : results) {
            table.row(
                    each.node(),
                    amount(each.own()),
                    amount(each.received()),
                    each.missing(),
                    each.duplicates());
        }
        surroundings.out().print("\n" + table.text(surroundings.colours()));
        surroundings.flush();
    }

    private static String amount(Audit.Amount amount) {
        return amount.readings() + " of " + amount.series() + " series";
    }

    @Override
    public void close() {
        if (!json && surroundings.terminal()) {
            surroundings.out().print(SHOW_CURSOR);
            surroundings.out().flush();
        }
    }
}
