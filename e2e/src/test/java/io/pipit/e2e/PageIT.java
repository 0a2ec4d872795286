package io.pipit.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser: three nodes, of which one shows all. */
class PageIT {
    /** Where the picture in README.md is written to, when somebody asks for it. */
    private static final String PICTURE = "pipit.page.picture";

    private static final long PICTURE_BYTES_MAX = 200_000;
    private static final Duration PICTURE_MAX = Duration.ofMinutes(2);

    /** What isn't seen isn't drawn. */
    private static final int HEIGHT_OF_ALL = 3_000;

    /**
     * Two seconds are promised; a machine that does something else at the same time takes longer.
     */
    private static final Duration LIVE_MAX = Duration.ofSeconds(10);

    /** Values of a node that are looked at. */
    private static final int AGES_MEASURED = 100;

    private static final Duration LOAD_MAX = Duration.ofSeconds(30);
    private static final String SENSORS =
            """
            [[sensor]]
            name = "air"
            driver = "bme280"
            bus = "simulated"
            address = 0x76
            every = "250ms"

            [[sensor]]
            name = "light"
            driver = "bh1750"
            bus = "simulated"
            address = 0x23
            every = "500ms"

            [[sensor]]
            name = "host"
            driver = "host"
            every = "1s"
            """;

    @TempDir private static Path folder;
    private static RunningNode greenhouse;
    private static RunningNode shed;
    private static RunningNode pond;
    private static String url;

    @BeforeAll
    static void start() throws IOException {
        Program.needs("chromium");
        int port = freePort();
        greenhouse = new RunningNode(folder, "greenhouse").with(SENSORS).with(page(port));
        shed = new RunningNode(folder, "shed").with(SENSORS);
        pond = new RunningNode(folder, "pond").with(SENSORS);
        List<RunningNode> all = List.of(greenhouse, shed, pond);
        for (RunningNode one : all) {
            all.stream().filter(other -> other != one).forEach(one::knows);
        }
        RunningNode.startAll(greenhouse, shed, pond);
        url = "http://127.0.0.1:" + port + "/";
    }

    @AfterAll
    static void stop() {
        for (RunningNode node : new RunningNode[] {greenhouse, shed, pond}) {
            if (node != null) {
                node.close();
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static String page(int port) {
        return """
        [page]
        http = "127.0.0.1:%d"
        """
                .formatted(port);
    }

    private static void within(Duration most, BooleanSupplier isSo) {
        await().atMost(most).pollInterval(Duration.ofMillis(50)).until(isSo::getAsBoolean);
    }

    /** What each chart of a node's card says it is now, and how many places its line has. */
    private static String charts(String node) {
        return """
        Object.fromEntries([...document.querySelectorAll("section")]
          .filter(card => card.querySelector("h2").textContent === "%s")
          .flatMap(card => [...card.querySelectorAll("figure")])
          .map(figure => [figure.querySelector("h3").textContent, {
            value: figure.querySelector("output").textContent,
            places: (figure.querySelector("path:not(.under)").getAttribute("d") ?? "").split(/[ML]/).length,
          }]))
        """
                .formatted(node);
    }

    private static int places(Chromium browser, String node, String series) {
        return browser.evaluate(charts(node)).path(series).path("places").asInt(0);
    }

    @Test
    void showsAllNodesWithTheirLinksAndWhatTheyMeasureLive() throws IOException {
        try (Chromium browser = new Chromium(folder, 1200, HEIGHT_OF_ALL)) {
            browser.open(url);

            within(
                    LOAD_MAX,
                    () ->
                            browser.evaluate("document.querySelectorAll('section').length === 3")
                                    .asBoolean(false));
            within(
                    LOAD_MAX,
                    () ->
                            browser.evaluate("document.querySelector('main').innerText")
                                            .asString("")
                                            .split("\nreachable\n", -1)
                                            .length
                                    == 3);
            for (String node : List.of("greenhouse", "shed", "pond")) {
                within(
                        LIVE_MAX,
                        () ->
                                browser.evaluate(charts(node))
                                        .path("air/temperature")
                                        .path("value")
                                        .asString("")
                                        .matches("-?[0-9.]+ °C"));
            }
            String said = browser.evaluate("document.body.innerText").asString("");
            assertThat(said)
                    .contains(
                            "this node",
                            greenhouse.firstId(),
                            shed.firstId(),
                            "round trip",
                            "over UDP");
            assertThat(
                            browser.evaluate("document.getElementById('links').textContent")
                                    .asString(""))
                    .contains("greenhouse", "shed", "pond", "UDP");

            for (String node : List.of("greenhouse", "shed")) {
                int before = places(browser, node, "air/temperature");
                assertThat(before).isPositive();
                within(LIVE_MAX, () -> places(browser, node, "air/temperature") > before);
            }
            assertThat(browser.problems()).isEmpty();
            assertThat(browser.requests())
                    .isNotEmpty()
                    .allSatisfy(request -> assertThat(request).startsWith(url));
        }
    }

    /** How old, in milliseconds, each node's newest readings were when they were drawn. */
    private static final String WATCH_AGES =
            """
            (() => {
              const newest = new Map();
              globalThis.ages = {};
              new MutationObserver(changes => {
                for (const change of changes) {
                  const figure = change.target.closest("figure");
                  const last = figure?.chart?.points.at(-1)?.time;
                  const before = newest.get(figure);
                  if (!last || last === before) continue;
                  newest.set(figure, last);
                  // What is drawn for the first time may have been there for long.
                  if (!before) continue;
                  const node = figure.closest("section").querySelector("h2").textContent;
                  (globalThis.ages[node] ??= []).push(Date.now() - last * 1000);
                }
              }).observe(document.body, { attributes: true, attributeFilter: ["d"], subtree: true });
            })()
            """;

    @Test
    void drawsWhatAnyOfThemMeasuresSoonAfterwards() throws IOException {
        try (Chromium browser = new Chromium(folder, 1200, HEIGHT_OF_ALL)) {
            browser.open(url);
            within(LOAD_MAX, () -> places(browser, "pond", "air/temperature") > 1);
            browser.evaluate(WATCH_AGES);
            for (String node : List.of("greenhouse", "shed", "pond")) {
                String ages = "(globalThis.ages['" + node + "'] ?? []).toSorted((a, b) => a - b)";
                within(
                        LOAD_MAX,
                        () -> browser.evaluate(ages + ".length").asInt(0) >= AGES_MEASURED);
                double middle =
                        browser.evaluate(ages + ".at(" + AGES_MEASURED / 2 + ")").asDouble();
                double most = browser.evaluate(ages + ".at(-1)").asDouble();
                System.out.printf(
                        Locale.ROOT,
                        "%s: drawn %.0f ms after it was measured, at most %.0f%n",
                        node,
                        middle,
                        most);
                assertThat(most).isBetween(0.0, (double) LIVE_MAX.toMillis());
            }
        }
    }

    @Test
    void fitsAPhoneAndShowsWhatIsGoneAndBackAgain() throws IOException {
        try (Chromium browser = new Chromium(folder, 360, 740)) {
            browser.scheme("dark").open(url + "#day");
            within(
                    LOAD_MAX,
                    () ->
                            browser.evaluate("document.querySelectorAll('section').length === 3")
                                    .asBoolean(false));
            within(
                    LOAD_MAX,
                    () ->
                            !browser.evaluate("document.body.innerText")
                                    .asString("")
                                    .contains("not reachable"));

            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                    .isLessThanOrEqualTo(360);
            assertThat(
                            browser.evaluate("getComputedStyle(document.body).backgroundColor")
                                    .asString())
                    .isEqualTo("rgb(18, 22, 21)");
            assertThat(
                            browser.evaluate(
                                            "document.querySelector('[aria-pressed=true]').textContent")
                                    .asString())
                    .isEqualTo("day");
            assertThat(browser.problems()).isEmpty();

            greenhouse.stop();
            within(
                    LIVE_MAX,
                    () ->
                            browser.evaluate("document.getElementById('state').textContent")
                                    .asString("")
                                    .startsWith("not connected"));
            greenhouse.start();
            within(
                    LOAD_MAX,
                    () ->
                            browser.evaluate("document.getElementById('state').dataset.status")
                                    .asString("")
                                    .matches("ok|degraded"));
            int before = places(browser, "greenhouse", "air/temperature");
            within(LOAD_MAX, () -> places(browser, "greenhouse", "air/temperature") > before);
        }
    }

    @Test
    void aNodeWhosePageHasNoPortGoesOnAndTakesItWhenItIsFree() throws IOException {
        int port = freePort();
        try (RunningNode node = new RunningNode(folder, "cellar").with(page(port))) {
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                node.start();
                assertThat(node.log())
                        .contains("[page] http = \"127.0.0.1:" + port + "\": isn't to be had");
                assertThat(node.document("/health").get("status").asString()).isEqualTo("ok");
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> answers(port));
        }
    }

    private static boolean answers(int port) {
        try (var in = URI.create("http://127.0.0.1:" + port + "/").toURL().openStream()) {
            return new String(in.readAllBytes(), UTF_8).startsWith("<!doctype html>");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void nothingOfItIsLoadedWhereItIsNotConfigured() throws IOException {
        Path with = folder.resolve("with.classes");
        Path without = folder.resolve("without.classes");
        try (RunningNode node =
                        new RunningNode(folder, "attic")
                                .with(page(freePort()))
                                .knowing("PIPIT_JAVA_OPTS", "-Xlog:class+load:file=" + with);
                RunningNode plain =
                        new RunningNode(folder, "barn")
                                .knowing("PIPIT_JAVA_OPTS", "-Xlog:class+load:file=" + without)) {
            RunningNode.startAll(node, plain);
            node.stop();
            plain.stop();
        }

        assertThat(Files.readString(with))
                .contains("io.pipit.http.page.", "com.sun.net.httpserver.");
        assertThat(Files.readString(without))
                .contains("io.pipit.node.Node")
                .doesNotContain("io.pipit.http.", "io.pipit.node.page.", "sun.net.httpserver.");
    }

    /** For README.md: {@code -Dpipit.page.picture=docs/images/page.png}, beside the checkout. */
    @Test
    void isDrawnForTheReadme() throws IOException {
        String file = System.getProperty(PICTURE);
        assumeTrue(file != null, "nobody wants a picture");
        try (Chromium browser = new Chromium(folder, 1100, 1000)) {
            browser.open(url);
            within(PICTURE_MAX, () -> places(browser, "greenhouse", "air/temperature") > 200);
            Path picture = Program.HOME.resolve(file);
            Files.createDirectories(picture.getParent());
            Files.write(picture, withFewColours(browser.picture()));
            assertThat(Files.size(picture)).isLessThan(PICTURE_BYTES_MAX);
        }
    }

    /** The same in the 256 colours that it has most of, each other one as the nearest of them. */
    private static byte[] withFewColours(byte[] png) throws IOException {
        BufferedImage all = ImageIO.read(new ByteArrayInputStream(png));
        Map<Integer, Integer> count = new HashMap<>();
        for (int y = 0; y < all.getHeight(); y++) {
            for (int x = 0; x < all.getWidth(); x++) {
                count.merge(all.getRGB(x, y), 1, Integer::sum);
            }
        }
        int[] palette =
                count.entrySet().stream()
                        .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                        .limit(256)
                        .mapToInt(Map.Entry::getKey)
                        .toArray();
        IndexColorModel colours =
                new IndexColorModel(8, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage few =
                new BufferedImage(
                        all.getWidth(), all.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, colours);
        Map<Integer, Integer> nearest = new HashMap<>();
        for (int y = 0; y < all.getHeight(); y++) {
            for (int x = 0; x < all.getWidth(); x++) {
                few.setRGB(
                        x,
                        y,
                        nearest.computeIfAbsent(
                                all.getRGB(x, y),
                                wanted ->
                                        Arrays.stream(palette)
                                                .boxed()
                                                .min(
                                                        Comparator.comparingInt(
                                                                one -> apart(one, wanted)))
                                                .orElseThrow()));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(few, "png", out);
        return out.toByteArray();
    }

    private static int apart(int one, int other) {
        int apart = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int by = (one >> shift & 0xff) - (other >> shift & 0xff);
            apart += by * by;
        }
        return apart;
    }
}
