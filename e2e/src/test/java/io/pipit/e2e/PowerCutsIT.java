package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The power of a node fails at random moments, and its card is left as it was then. */
class PowerCutsIT {
    /** {@code -Dpipit.cuts}; about 7 s each. */
    private static final int CUTS = Integer.getInteger("pipit.cuts", 8);

    private static final String SENSORS =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "100ms"
            """;

    private static final Duration SOON = Duration.ofSeconds(60);

    /** So long it runs at the most after it began to start, before the power fails. */
    private static final int RUNS_MS_MAX = 3_000;

    private final Random random = new Random();

    /** What anybody ever had of a node, by its place in that node's log. */
    private final Map<String, NavigableMap<Long, String>> known = new TreeMap<>();

    /** Of the greenhouse's own: what only its peer has. */
    private final NavigableMap<Long, String> lost = new TreeMap<>();

    @Test
    void wheneverThePowerFailsWhatIsHeldIsThereAndNoPlaceIsUsedTwice(@TempDir Path folder)
            throws IOException, InterruptedException {
        try (Card card = new Card(folder, folder.resolve("greenhouse").resolve("data"));
                RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(SENSORS);
                RunningNode shed = new RunningNode(folder, "shed").with(SENSORS)) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).start();
            await().atMost(SOON).until(() -> held(shed) > 0 && held(greenhouse) > 0);
            for (int cut = 1; cut <= CUTS; cut++) {
                Thread.sleep(random.nextInt(RUNS_MS_MAX));
                long held = held(shed);
                Thread.sleep(random.nextInt(RUNS_MS_MAX));
                card.cut();
                greenhouse.kill();

                NavigableMap<Long, String> sent = of(greenhouse, shed);
                NavigableMap<Long, String> own = of(shed, shed);
                // So that what the greenhouse has is from its card alone.
                shed.freeze();
                card.comeBack();
                greenhouse.start();
                hasItsStore(greenhouse);
                hasTheBeginningOf(sent, of(greenhouse, greenhouse));
                assertThat(of(shed, greenhouse)).containsAllEntriesOf(own.headMap(held, true));
                shed.thaw();
                await().atMost(SOON).until(() -> of(greenhouse, shed).lastKey() > sent.lastKey());
            }
            haveTheSame(greenhouse, shed);
        }
    }

    /** Not one that was begun anew. */
    private static void hasItsStore(RunningNode node) throws IOException {
        try (Stream<Path> files = Files.list(node.folder.resolve("data"))) {
            assertThat(files).as(node.log()).noneMatch(file -> file.toString().contains("damaged"));
        }
        JsonNode health = JsonMapper.shared().readTree(node.verb("status", "--json").text());
        assertThat(health.at("/parts/store/status").asString()).as("%s", health).isEqualTo("ok");
    }

    /**
     * Of what a node sent before the power failed it has all up to some place.
     *
     * @param left what it has, and what it took since
     */
    private void hasTheBeginningOf(
            NavigableMap<Long, String> sent, NavigableMap<Long, String> left) {
        Long end = left.floorKey(sent.lastKey());
        assertThat(end).isNotNull();
        NavigableMap<Long, String> held = new TreeMap<>(sent.headMap(end, true));
        held.keySet().removeAll(lost.keySet());
        assertThat(left).containsAllEntriesOf(held);
        lost.putAll(sent.tailMap(end, false));
    }

    private void haveTheSame(RunningNode greenhouse, RunningNode shed) {
        NavigableMap<Long, String> ofGreenhouse = of(greenhouse, greenhouse);
        NavigableMap<Long, String> ofShed = of(shed, shed);
        await().atMost(SOON)
                .untilAsserted(() -> {
                    assertThat(of(greenhouse, shed))
                            .containsAllEntriesOf(ofGreenhouse)
                            .containsAllEntriesOf(lost);
                    assertThat(of(shed, greenhouse)).containsAllEntriesOf(ofShed);
                });
    }

    /** Up to where the other one said that it has what this one sent. */
    private static long held(RunningNode node) {
        JsonNode peers = JsonMapper.shared().readTree(node.verb("peers", "--json").text());
        return peers.at("/peers/0/subscribers/0/held").asLong(0);
    }

    /** What {@code at} has of {@code origin}; it is what anybody ever had at these places. */
    private NavigableMap<Long, String> of(RunningNode origin, RunningNode at) {
        NavigableMap<Long, String> kept = new TreeMap<>();
        NavigableMap<Long, String> everybody =
                known.computeIfAbsent(origin.name, name -> new TreeMap<>());
        for (String line : at.verb("history", "--csv").hasExit(0).lines()) {
            String[] cells = line.split(",", -1);
            if (cells[1].equals(origin.name)) {
                String reading = cells[5] + " " + cells[2] + " " + cells[3];
                long place = Long.parseLong(cells[6]);
                assertThat(kept.put(place, reading)).as("twice at %d", place).isNull();
                assertThat(everybody.merge(place, reading, (before, now) -> before))
                        .as("what was at %d of %s before", place, origin.name)
                        .isEqualTo(reading);
            }
        }
        return kept;
    }
}
