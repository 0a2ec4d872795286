package io.pipit.mqtt;

import io.pipit.identity.DurableFile;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Series;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must outlive a restart of the bridge, in a small file: up to where each log is published,
 * what Home Assistant was told of, and how often peers' readings come. It is there whole or not at
 * all. For one thread.
 */
final class Places {
    private static final String MODE = "rw-------";
    private static final long FILE_BYTES_MAX = 4L << 20;
    private static final Logger LOG = LoggerFactory.getLogger(Places.class);

    /** Up to where a log of a node is published. */
    record Place(NodeId origin, long through) {}

    /**
     * What a node was shown as.
     *
     * @param name as topics had it
     * @param components of Home Assistant, each with its platform
     */
    record Shown(String name, Map<String, String> components) {
        Shown {
            components = Map.copyOf(components);
        }
    }

    /**
     * All of it.
     *
     * @param rhythms how often readings of peers' series come, of those of which that is known
     */
    record Content(
            Map<LogId, Place> logs,
            Map<NodeId, Shown> shown,
            Map<NodeId, Map<Series, Duration>> rhythms) {
        static final Content NOTHING = new Content(Map.of(), Map.of(), Map.of());

        Content {
            logs = Map.copyOf(logs);
            shown = Map.copyOf(shown);
            rhythms = Map.copyOf(rhythms);
        }
    }

    private final Path file;

    Places(Path file) {
        this.file = file;
    }

    /** As it was written last; nothing where there is no file, or none that can be read. */
    Content load() {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IOException("it is too large");
            }
            return parse(Document.read(Files.readAllBytes(file), Format.JSON));
        } catch (NoSuchFileException e) {
            return Content.NOTHING;
        } catch (IOException | WireException e) {
            LOG.warn(
                    "{} can't be read ({}): what is published over MQTT begins with what is new",
                    file,
                    e.getMessage());
            return Content.NOTHING;
        }
    }

    private static Content parse(Document document) {
        Map<LogId, Place> logs = new LinkedHashMap<>();
        for (Document place : document.get("logs").items()) {
            Optional<LogId> log = LogId.parse(place.get("log").text(""));
            Optional<NodeId> node = NodeId.parse(place.get("node").text(""));
            if (log.isPresent() && node.isPresent()) {
                logs.put(log.get(), new Place(node.get(), place.get("through").whole(0)));
            }
        }
        Map<NodeId, Shown> shown = new LinkedHashMap<>();
        for (Document device : document.get("home-assistant").items()) {
            Map<String, String> components = new LinkedHashMap<>();
            device.get("components")
                    .fields()
                    .forEach((name, platform) -> components.put(name, platform.text("sensor")));
            NodeId.parse(device.get("node").text(""))
                    .ifPresent(node ->
                            shown.put(node, new Shown(device.get("name").text(""), components)));
        }
        return new Content(logs, shown, rhythms(document.get("rhythms")));
    }

    private static Map<NodeId, Map<Series, Duration>> rhythms(Document document) {
        Map<NodeId, Map<Series, Duration>> rhythms = new HashMap<>();
        for (Document node : document.items()) {
            Map<Series, Duration> every = new HashMap<>();
            node.get("seconds")
                    .fields()
                    .forEach((name, seconds) ->
                            Series.parse(name)
                                    .ifPresent(series ->
                                            every.put(
                                                    series, Duration.ofSeconds(seconds.whole(0)))));
            NodeId.parse(node.get("node").text("")).ifPresent(id -> rhythms.put(id, every));
        }
        return rhythms;
    }

    /** Puts this in place of it, durably. */
    void save(Content content) throws IOException {
        List<Object> logs = new ArrayList<>();
        content.logs()
                .forEach((log, place) ->
                        logs.add(
                                Map.of(
                                        "node", place.origin(),
                                        "log", log,
                                        "through", place.through())));
        List<Object> shown = new ArrayList<>();
        content.shown()
                .forEach((node, device) ->
                        shown.add(
                                Map.of(
                                        "node", node,
                                        "name", device.name(),
                                        "components", device.components())));
        List<Object> rhythms = new ArrayList<>();
        content.rhythms()
                .forEach((node, every) -> {
                    Map<String, Object> seconds = new TreeMap<>();
                    every.forEach(
                            (series, often) -> seconds.put(series.toString(), often.toSeconds()));
                    rhythms.add(Map.of("node", node, "seconds", seconds));
                });
        DurableFile.replace(
                file,
                Document.write(
                        Map.of("logs", logs, "home-assistant", shown, "rhythms", rhythms),
                        Format.JSON),
                MODE);
    }
}
