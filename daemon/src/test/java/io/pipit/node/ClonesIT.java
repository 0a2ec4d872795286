package io.pipit.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.config.Configuration;
import io.pipit.config.Environment;
import io.pipit.config.LoadedConfiguration;
import io.pipit.drivers.Drivers;
import io.pipit.host.FreePorts;
import io.pipit.identity.Identity;
import io.pipit.node.trust.Clones;
import io.pipit.wire.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes on loopback of which two have one key, as after a copied card. */
@Timeout(180)
class ClonesIT {
    /** The worst case is 45 s; the rest is for a machine that is busy. */
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(55);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Logger LOGGER = Logger.getLogger(Clones.class.getName());

    @TempDir private Path folder;
    private final Deque<Node> running = new ArrayDeque<>();
    private final List<String> journal = new CopyOnWriteArrayList<>();
    private final Handler listener =
            new Handler() {
                @Override
                public void publish(LogRecord entry) {
                    journal.add(MessageFormat.format(entry.getMessage(), entry.getParameters()));
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void listen() {
        LOGGER.addHandler(listener);
    }

    @AfterEach
    void stop() {
        running.forEach(Node::close);
        LOGGER.removeHandler(listener);
    }

    private Path data(String name) {
        return folder.resolve(name).resolve("data");
    }

    /** Where nobody listens at present. */
    private static String place() throws IOException {
        return "127.0.0.1:" + FreePorts.next();
    }

    /** A node there that has these peers. */
    private Node start(String name, String place, String peers) throws Exception {
        Path home = Files.createDirectories(folder.resolve(name));
        Path file = home.resolve("pipit.toml");
        Files.writeString(
                file,
                """
                [node]
                name = "%s"
                data-dir = "%s"
                run-dir = "%s/run"

                [coap]
                listen = ["%s"]
                monitor = "127.0.0.1:0"

                [discovery]
                multicast = false
                dns-sd = false

                [[sensor]]
                name = "host"
                driver = "host"
                every = "1s"

                %s
                """
                        .formatted(name, data(name), home, place, peers));
        Drivers drivers = DriverCatalogue.load(Map.of());
        Configuration configuration =
                ((LoadedConfiguration.Accepted)
                                DriverCatalogue.loader(drivers)
                                        .load(file, new Environment(Map.of(), "board")))
                        .configuration();
        Node node = Node.start(configuration, drivers);
        running.push(node);
        return node;
    }

    private static String peer(String name, Object id, String address) {
        return """
        [[peer]]
        name = "%s"
        id = "%s"
        %s
        roles = ["monitor", "read"]

        [[subscribe]]
        peer = "%s"
        series = ["**"]
        """
                .formatted(
                        name, id, address.isEmpty() ? "" : "address = \"" + address + "\"", name);
    }

    private Document ask(String node, String path) throws Exception {
        try (io.pipit.cli.client.Daemon daemon =
                io.pipit.cli.client.Daemon.connect(folder.resolve(node).resolve("run"), node)) {
            return daemon.document(path);
        }
    }

    private Document shedAsTheHouseHasIt() throws Exception {
        return io.pipit.cli.client.Daemon.peers(ask("house", "peers")).getFirst();
    }

    private void reaches(String address) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(shedAsTheHouseHasIt().get("address").text(""))
                                .isEqualTo(address));
    }

    @Test
    void aCopiedCardIsNoticedAndSaidEverywhere() throws Exception {
        Object shed = Identity.loadOrCreate(data("shed")).id();
        Object house = Identity.loadOrCreate(data("house")).id();
        String placeOfHouse = place();
        String toHouse = peer("house", house, placeOfHouse);
        var _ = start("house", placeOfHouse, peer("shed", shed, ""));
        String first = place();
        Node original = start("shed", first, toHouse);
        reaches(first);
        assertThat(shedAsTheHouseHasIt().get("cloned").text("")).isEmpty();

        // A restart elsewhere is nothing of the kind.
        original.close();
        String second = place();
        var _ = start("shed", second, toHouse);
        reaches(second);
        assertThat(journal).isEmpty();

        Files.createDirectories(data("copy").resolve("identity"));
        try (Stream<Path> keys = Files.list(data("shed").resolve("identity"))) {
            for (Path key : keys.toList()) {
                Files.copy(key, data("copy").resolve("identity").resolve(key.getFileName()));
            }
        }
        String third = place();
        var _ = start("copy", third, toHouse);

        await().atMost(NOTICED_WITHIN)
                .untilAsserted(() ->
                        assertThat(shedAsTheHouseHasIt().get("cloned").text(""))
                                .contains("two nodes have its key at once"));
        assertThat(shedAsTheHouseHasIt().get("cloned").text("")).contains(second, third);
        assertThat(ask("house", "health").toString())
                .contains("shed: two nodes have its key at once");
        assertThat(journal)
                .singleElement()
                .asString()
                .startsWith("peer shed: two nodes have its key at once")
                .contains("move its data-dir away and pair it anew");
    }
}
