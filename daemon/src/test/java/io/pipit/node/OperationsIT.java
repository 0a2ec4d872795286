package io.pipit.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.Configuration;
import io.pipit.config.ConfigurationLoader;
import io.pipit.config.Environment;
import io.pipit.config.LoadedConfiguration;
import io.pipit.drivers.Drivers;
import io.pipit.host.FreePorts;
import io.pipit.monitor.Health;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what is written for who runs a node against what a node says. */
class OperationsIT {
    private static final Path DOCS =
            Path.of(System.getProperty("pipit.home", "..")).resolve("docs");
    private static final Pattern METRIC = Pattern.compile("\\bpipit_[a-z0-9_]+");
    private static final Pattern TYPE =
            Pattern.compile("(?m)^# TYPE (pipit_[a-z0-9_]+) (counter|gauge|summary)$");
    private static final Pattern ROW =
            Pattern.compile(
                    "(?m)^\\| `(pipit_[a-z0-9_]+)` \\| (counter|gauge|summary) \\| .+ \\|$");

    @TempDir private static Path folder;
    private static Node node;

    /** By name, as Prometheus shows it: what each is. */
    private static final Map<String, String> SAID = new TreeMap<>();

    @BeforeAll
    static void ask() throws Exception {
        int port = FreePorts.next();
        Path file = folder.resolve("pipit.toml");
        Files.writeString(
                file,
                """
                [node]
                name = "greenhouse"
                data-dir = "data"
                run-dir = "run"
                [coap]
                listen = ["127.0.0.1:0"]
                monitor = "127.0.0.1:0"
                [discovery]
                multicast = false
                dns-sd = false
                [metrics]
                http = "127.0.0.1:%d"
                [mqtt]
                broker = "mqtt://127.0.0.1:1"
                [page]
                http = "127.0.0.1:0"
                """
                        .formatted(port));
        Drivers drivers = DriverCatalogue.load(Map.of());
        ConfigurationLoader loader = DriverCatalogue.loader(drivers);
        Configuration configuration =
                ((LoadedConfiguration.Accepted) loader.load(file, Environment.ofProcess()))
                        .configuration();
        node = Node.start(configuration, drivers);
        var _ = Daemon.missed(node);
        String metrics;
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
            metrics =
                    client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                            .body();
        }
        Matcher type = TYPE.matcher(metrics);
        while (type.find()) {
            SAID.put(
                    type.group(1) + (type.group(2).equals("counter") ? "_total" : ""),
                    type.group(2));
        }
    }

    @AfterAll
    static void close() throws Exception {
        node.close();
    }

    private static Set<String> named(String file) throws IOException {
        Set<String> names =
                METRIC.matcher(Files.readString(DOCS.resolve(file)))
                        .results()
                        .map(MatchResult::group)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(names).as(file).isNotEmpty();
        return names;
    }

    @Test
    void theTableHasEveryMetricAndNoOther() throws IOException {
        Map<String, String> table = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(DOCS.resolve("OPERATIONS.md")));
        while (row.find()) {
            assertThat(table.put(row.group(1), row.group(2))).as(row.group(1)).isNull();
        }
        assertThat(table).isEqualTo(SAID);
    }

    @Test
    void dashboardAndAlertsAskForWhatThereIs() throws IOException {
        assertThat(SAID.keySet()).containsAll(named("monitoring/grafana-dashboard.json"));
        assertThat(SAID.keySet()).containsAll(named("monitoring/alerts.yaml"));
    }

    @Test
    void everyPartOfTheHealthIsExplained() throws IOException {
        String text = Files.readString(DOCS.resolve("OPERATIONS.md"));
        for (Health.Part part : Health.Part.values()) {
            assertThat(text).contains("| `" + part + "` |");
        }
    }
}
