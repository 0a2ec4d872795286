package io.pipit.e2e;

import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The wall clock of a node is moved while it runs and exchanges readings with another one. */
class ClockJumpsIT {
    private static final String SENSORS =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "200ms"
            """;

    private static final Duration SOON = Duration.ofSeconds(60);

    /** Of each series, after a jump. */
    private static final int READINGS_AFTER = 10;

    /** A node looks at its clock once a second; the rest is for a busy machine. */
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(5);

    private static final Duration YEAR = Duration.ofDays(365);

    private static final List<Duration> JUMPS =
            List.of(Duration.ofDays(1), Duration.ofDays(-1), YEAR, Duration.ZERO);

    /** What a node has of one place of a log. */
    private record Kept(Instant time, String series, String value) {}

    @Test
    void jumpsLoseNothingAndDoubleNothing(@TempDir Path folder) {
        MovedClock clock = new MovedClock(folder);
        try (RunningNode greenhouse = on(clock, folder, "greenhouse");
                RunningNode shed = new RunningNode(folder, "shed").with(SENSORS)) {
            Instant from = Instant.now();
            meet(greenhouse, shed);
            for (Duration away : JUMPS) {
                clock.moveTo(away);
                goesOn(greenhouse, shed);
            }
            Map<String, Kept> own = haveTheSame(greenhouse, shed);
            Instant to = Instant.now();

            // As the clock said at each reading: it moved in this order, and no reading says else.
            List<Duration> said = new ArrayList<>();
            own.forEach((place, kept) -> {
                Duration away = nearest(Duration.between(to, kept.time));
                if (said.isEmpty() || !said.getLast().equals(away)) {
                    said.add(away);
                }
                assertThat(kept.time.minus(away))
                        .as("%s %s", place, kept)
                        .isBetween(from.minus(NOTICED_WITHIN), to.plus(NOTICED_WITHIN));
            });
            List<Duration> moved = new ArrayList<>(List.of(Duration.ZERO));
            moved.addAll(JUMPS);
            assertThat(said).isEqualTo(moved);
        }
    }

    @Test
    void whatWasTakenByAWrongClockIsPutRightAtBothOnceItIsSynchronised(@TempDir Path folder) {
        MovedClock clock = new MovedClock(folder);
        clock.moveTo(YEAR.negated());
        try (RunningNode greenhouse = on(clock, folder, "greenhouse");
                RunningNode shed = new RunningNode(folder, "shed").with(SENSORS)) {
            Instant from = Instant.now();
            meet(greenhouse, shed);
            assumeFalse(
                    clockIsRight(greenhouse),
                    "it is already: something disciplines this machine's");
            clock.moveTo(Duration.ofDays(1));
            goesOn(greenhouse, shed);

            clock.moveTo(Duration.ZERO);
            clock.synchronise();
            await().atMost(SOON).until(() -> clockIsRight(greenhouse));
            goesOn(greenhouse, shed);
            Map<String, Kept> own = haveTheSame(greenhouse, shed);
            assertThat(own.values())
                    .allSatisfy(kept ->
                            assertThat(kept.time)
                                    .isBetween(from, Instant.now().plus(NOTICED_WITHIN)));
        }
    }

    private static RunningNode on(MovedClock clock, Path folder, String name) {
        return new RunningNode(folder, name, "127.0.0.1", clock.launcher()).with(SENSORS);
    }

    private static void meet(RunningNode greenhouse, RunningNode shed) {
        greenhouse.knows(shed).start();
        shed.knows(greenhouse).start();
        goesOn(greenhouse, shed);
    }

    /** Both go on measuring and have what is new of each other, and nothing else is amiss. */
    private static void goesOn(RunningNode greenhouse, RunningNode shed) {
        long ofGreenhouse = last(greenhouse, greenhouse);
        long ofShed = last(shed, shed);
        await().atMost(SOON).until(() -> last(shed, greenhouse) > ofGreenhouse + READINGS_AFTER);
        await().atMost(SOON).until(() -> last(greenhouse, shed) > ofShed + READINGS_AFTER);
        JsonNode health = health(greenhouse);
        assertThat(health.at("/status").asString()).as("%s", health).isEqualTo("ok");
        assertThat(health.at("/parts").properties())
                .filteredOn(not(part -> part.getKey().equals("clock")))
                .allSatisfy(part ->
                        assertThat(part.getValue().at("/status").asString()).isIn("ok", "off"));
    }

    private static boolean clockIsRight(RunningNode node) {
        return health(node).at("/parts/clock/status").asString().equals("ok");
    }

    private static JsonNode health(RunningNode node) {
        return JsonMapper.shared().readTree(node.verb("status", "--json").hasExit(0).text());
    }

    /** Both end with the same of each other; what the greenhouse has of itself, by place. */
    private static Map<String, Kept> haveTheSame(RunningNode greenhouse, RunningNode shed) {
        Map<String, Kept> own = of(greenhouse, greenhouse);
        Map<String, Kept> other = of(shed, shed);
        await().atMost(SOON)
                .untilAsserted(() -> {
                    assertThat(of(greenhouse, shed)).containsAllEntriesOf(own);
                    assertThat(of(shed, greenhouse)).containsAllEntriesOf(other);
                });
        return own;
    }

    private static long last(RunningNode at, RunningNode origin) {
        return of(origin, at).size();
    }

    /** What {@code at} has of {@code origin}, by its place in the log; no place is there twice. */
    private static Map<String, Kept> of(RunningNode origin, RunningNode at) {
        Map<String, Kept> kept = new TreeMap<>();
        for (String line : at.verb("history", "--csv").hasExit(0).lines()) {
            String[] cells = line.split(",", -1);
            if (cells[1].equals(origin.name)) {
                Kept one = new Kept(Instant.parse(cells[0]), cells[2], cells[3]);
                String place = cells[5] + ":%09d".formatted(Long.parseLong(cells[6]));
                assertThat(kept.put(place, one)).as(place).isNull();
            }
        }
        return kept;
    }

    /** Of the places that the clock was moved to. */
    private static Duration nearest(Duration away) {
        return Stream.concat(Stream.of(Duration.ZERO), JUMPS.stream())
                .min(Comparator.comparing(place -> place.minus(away).abs()))
                .orElseThrow();
    }
}
