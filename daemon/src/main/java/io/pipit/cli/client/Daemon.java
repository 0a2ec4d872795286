package io.pipit.cli.client;

import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.model.Filter;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.Senml;
import io.pipit.wire.WireException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the verbs ask the daemon for, in values. Not thread-safe. */
public final class Daemon implements AutoCloseable {
    /** Readings in one answer. */
    private static final int PAGE = 1_000;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int JSON = 50;

    /** Lines of the log of actuators in one answer. */
    private static final int ACTS = 300;

    /** A peer doesn't let this node. */
    private static final int BAD_GATEWAY = 502;

    private static final long NANOS_PER_MICRO = 1_000;

    private final SocketClient client;
    private final String ownName;
    private @Nullable Map<String, String> names;

    private Daemon(SocketClient client, String ownName) {
        this.client = client;
        this.ownName = ownName;
    }

    /** Connects to the daemon that this file configures. */
    public static Daemon connect(ConfigurationFile file) throws Failure {
        ConfigurationFile.Place place = file.place();
        return connect(place.runDir(), place.nodeName());
    }

    /**
     * The same.
     *
     * @param patience how long it may take to answer
     */
    public static Daemon connect(ConfigurationFile file, Duration patience) throws Failure {
        ConfigurationFile.Place place = file.place();
        return new Daemon(SocketClient.connect(socket(place.runDir()), patience), place.nodeName());
    }

    /** The same, or nothing where certainly none runs. */
    public static Optional<Daemon> connectIfRunning(ConfigurationFile file) throws Failure {
        return connectIfRunning(file, PATIENCE);
    }

    /**
     * The same.
     *
     * @param patience how long it may take to answer
     */
    public static Optional<Daemon> connectIfRunning(ConfigurationFile file, Duration patience)
            throws Failure {
        ConfigurationFile.Place place = file.place();
        return SocketClient.connectIfRunning(socket(place.runDir()), patience)
                .map(client -> new Daemon(client, place.nodeName()));
    }

    private static Path socket(Path runDir) {
        return runDir.resolve("pipit.sock");
    }

    /**
     * Connects to the daemon of this run directory.
     *
     * @param ownName what its configuration calls the node
     */
    public static Daemon connect(Path runDir, String ownName) throws Failure {
        return new Daemon(SocketClient.connect(socket(runDir), PATIENCE), ownName);
    }

    /** A JSON body as it is. */
    public Document document(String path) throws Failure {
        Reply reply = client.ask(Ask.get(path, JSON));
        return document(reply.payload());
    }

    /** The same as the daemon wrote it. */
    public String json(String path) throws Failure {
        return new String(client.ask(Ask.get(path, JSON)).payload(), StandardCharsets.UTF_8);
    }

    private static Document document(byte[] payload) throws Failure {
        try {
            return Document.read(payload, Format.JSON);
        } catch (WireException e) {
            throw unreadable(e);
        }
    }

    /** Sends a JSON body, or asks for something to be taken away. */
    public Reply change(int code, String path, List<String> query, @Nullable Object body)
            throws Failure {
        byte[] payload = body == null ? new byte[0] : Document.write(body, Format.JSON);
        int format = code == Frame.DELETE ? -1 : JSON;
        return client.ask(new Ask(code, path, query, -1, format, payload, false));
    }

    /** Sends a JSON body; what comes back is JSON, too. */
    public Document ask(int code, String path, Object body) throws Failure {
        return document(change(code, path, List.of(), body).payload());
    }

    /**
     * The pattern over {@code node/sensor/quantity} that people mean: without a node it is this
     * node's own series.
     */
    public String pattern(String series) throws Failure {
        if (!Filter.isPattern(series)) {
            throw new Failure(
                    Failure.USAGE,
                    "'"
                            + series
                            + "' is no series: write sensor/quantity or node/sensor/quantity; * is one of these, ** any number");
        }
        boolean own = !series.contains("**") && series.split("/", -1).length == 2;
        return own ? ownName + "/" + series : series;
    }

    /**
     * Sets an actuator.
     *
     * @param node of which peer; empty for this node
     * @param lease how long it holds; zero for the actuator's own default
     * @throws Failure where it isn't set, and why
     */
    public void set(String node, String actuator, double value, Duration lease) throws Failure {
        Senml.Item item = new Senml.Item("", "", "", 0, value);
        List<String> path =
                node.isEmpty()
                        ? List.of("actuators", actuator)
                        : List.of("peers", node, "actuators", actuator);
        client.begin(
                1,
                Frame.PUT,
                new Options.Builder()
                        .uri(path, List.of())
                        .add(Options.CONTENT_FORMAT, Format.CBOR.senml())
                        .build(),
                Senml.encode(
                        new Senml.Setting(item, lease.toNanos() / NANOS_PER_MICRO), Format.CBOR));
        Frame answer = client.awaitAny().frame();
        if (answer.code() / 100 == 2) {
            return;
        }
        Failure said = SocketClient.refusal(answer);
        throw answer.code() == BAD_GATEWAY
                ? new Failure(Failure.NOT_ALLOWED, String.valueOf(said.getMessage()))
                : said;
    }

    /**
     * Who set which of its actuators when, oldest first.
     *
     * @param actuator null for all
     */
    public List<Document> acts(@Nullable String actuator) throws Failure {
        List<String> query = new ArrayList<>(List.of("log=" + ACTS));
        if (actuator != null) {
            query.add("name=" + actuator);
        }
        Reply reply = client.ask(Ask.get("actuators", JSON, query.toArray(String[]::new)));
        return document(reply.payload()).get("acts").items();
    }

    /** The way into its queue of files. */
    public Outbox outbox() {
        return new Outbox(client);
    }

    /** The way to the files of peers. */
    public Inflow inflow() {
        return new Inflow(client);
    }

    /** What the configuration calls this node. */
    public String ownName() {
        return ownName;
    }

    /** The newest reading of each series that the pattern fits. */
    public List<Arrival> newest(String pattern) throws Failure {
        List<Arrival> all = new ArrayList<>();
        arrivals(
                        client.ask(
                                Ask.get(
                                        "history",
                                        Format.CBOR.senml(),
                                        "newest=1",
                                        "series=" + pattern)))
                .forEach(all::add);
        return all;
    }

    /** A page of what is stored. */
    public interface Page {
        /**
         * Takes it.
         *
         * @return false where it is enough
         */
        boolean take(List<Arrival> readings) throws Failure;
    }

    /** Hands on all readings of a time in log order, page by page. */
    public void history(String pattern, @Nullable String from, @Nullable String to, Page page)
            throws Failure {
        Arrival last = null;
        while (true) {
            List<Arrival> readings = history(pattern, from, to, last, PAGE);
            if (readings.isEmpty()) {
                return;
            }
            last = readings.getLast();
            if (!page.take(readings)) {
                return;
            }
        }
    }

    /**
     * One page of them.
     *
     * @param last of the page before; null for the first one
     * @param most readings
     * @return empty at the end
     */
    public List<Arrival> history(
            String pattern,
            @Nullable String from,
            @Nullable String to,
            @Nullable Arrival last,
            int most)
            throws Failure {
        List<String> query = new ArrayList<>(List.of("series=" + pattern, "limit=" + most));
        if (from != null) {
            query.add("from=" + from);
        }
        if (to != null) {
            query.add("to=" + to);
        }
        if (last != null) {
            query.add("after=" + place(last));
        }
        List<Arrival> readings =
                arrivals(
                        client.ask(
                                Ask.get(
                                        "history",
                                        Format.CBOR.senml(),
                                        query.toArray(String[]::new))));
        if (last != null && !readings.isEmpty() && place(readings.getLast()).equals(place(last))) {
            throw new Failure(Failure.FAILED, "the daemon sent the same page twice");
        }
        return readings;
    }

    private static String place(Arrival arrival) {
        return arrival.nodeId() + ":" + arrival.log() + ":" + arrival.sequence();
    }

    /** Begins to observe what arrives; {@link #next} gives it. */
    public List<Arrival> watch(String pattern) throws Failure {
        return arrivals(
                client.ask(
                        Ask.get("history", Format.CBOR.senml(), "series=" + pattern).observed()));
    }

    /** What arrived since, where something did in this time; zero waits for ever. */
    public List<Arrival> next(Duration atMost) throws Failure {
        Optional<Reply> reply = client.next(atMost);
        return reply.isEmpty() ? List.of() : arrivals(reply.get());
    }

    private List<Arrival> arrivals(Reply reply) throws Failure {
        if (reply.payload().length == 0) {
            return List.of();
        }
        Format format = reply.contentFormat() == Format.JSON.senml() ? Format.JSON : Format.CBOR;
        List<Arrival> arrivals = new ArrayList<>();
        try {
            for (Senml.Item item : Senml.decode(reply.payload(), format)) {
                String id =
                        item.base().endsWith("/")
                                ? item.base().substring(0, item.base().length() - 1)
                                : item.base();
                if (item.value() != null) {
                    arrivals.add(
                            new Arrival(
                                    id,
                                    nameOf(id),
                                    item.name(),
                                    item.value(),
                                    item.unit(),
                                    item.timeMicros(),
                                    item.log() == null ? "" : item.log().toString(),
                                    item.sequence()));
                }
            }
        } catch (WireException e) {
            throw unreadable(e);
        }
        return arrivals;
    }

    /** What people call the node with this ID: its name, or the ID where it has none here. */
    private String nameOf(String id) throws Failure {
        Map<String, String> known = names;
        if (known == null || !known.containsKey(id)) {
            known = askNames();
            // Whoever isn't a peer any more keeps its ID, and isn't asked for again.
            known.putIfAbsent(id, id);
            names = known;
        }
        return known.getOrDefault(id, id);
    }

    /** How the node stands with each of its peers. */
    public List<PeerState> peerStates() throws Failure {
        return peers(document("peers")).stream().map(PeerState::of).toList();
    }

    /** The peers in an answer of {@code /peers}. */
    public static List<Document> peers(Document answer) {
        return answer.items().isEmpty() ? answer.get("peers").items() : answer.items();
    }

    private Map<String, String> askNames() throws Failure {
        Map<String, String> known = names == null ? new HashMap<>() : names;
        Document peers = document("peers");
        for (Document peer : peers(peers)) {
            known.put(peer.get("id").text(""), peer.get("name").text(""));
        }
        known.put(peers.get("id").text(""), ownName);
        return known;
    }

    private static Failure unreadable(WireException e) {
        return new Failure(
                Failure.FAILED,
                "the daemon's answer can't be read: "
                        + e.getMessage()
                        + "; is it of the same version? See 'pipit --version'");
    }

    @Override
    public void close() {
        client.close();
    }
}
