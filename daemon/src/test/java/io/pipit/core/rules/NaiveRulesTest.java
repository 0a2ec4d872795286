package io.pipit.core.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.rule.Condition;
import io.pipit.config.rule.Condition.Bound;
import io.pipit.config.rule.SeriesName;
import io.pipit.port.rules.Truth;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What rules say, held against what their definition says, worked out from all that ever happened
 * at each step of a grid. Readings are taken at full seconds, values are stale at a half, what
 * lasts is due at a quarter: so nothing happens at once whose order would matter.
 */
class NaiveRulesTest {
    private static final double STEP_SECONDS = 0.25;
    private static final Duration STALE_AFTER = Duration.ofMillis(4_500);
    private static final int SECONDS = 60;
    private static final int STEPS_PER_SECOND = 4;

    /** The definition. Times in steps of the grid. */
    private record Naive(
            Map<String, TreeMap<Integer, Double>> readings, Map<List<Object>, Truth> known) {
        Truth at(Condition condition, int time) {
            List<Object> question = List.of(condition, time);
            Truth before = known.get(question);
            if (before == null) {
                before = work(condition, time);
                known.put(question, before);
            }
            return before;
        }

        private Truth work(Condition condition, int time) {
            return switch (condition) {
                case Condition.All(List<Condition> of) ->
                        of.stream().map(c -> at(c, time)).reduce(Truth.TRUE, Naive::least);
                case Condition.Any(List<Condition> of) ->
                        opposite(
                                of.stream()
                                        .map(c -> opposite(at(c, time)))
                                        .reduce(Truth.TRUE, Naive::least));
                case Condition.Not(Condition of) -> opposite(at(of, time));
                case Condition.Lasting(Condition of, Duration atLeast) -> {
                    int steps = steps(atLeast);
                    if (at(of, time) != Truth.TRUE) {
                        yield at(of, time);
                    }
                    boolean all = time - steps >= 0;
                    for (int t = Math.max(0, time - steps); t <= time; t++) {
                        all &= at(of, t) == Truth.TRUE;
                    }
                    yield Truth.of(all);
                }
                case Condition.Comparison comparison -> compare(comparison, time);
                case Condition.Stale(SeriesName series, Duration after) -> {
                    Integer last = of(series).floorKey(time);
                    if (time - (last == null ? 0 : last) >= steps(after)) {
                        yield Truth.TRUE;
                    }
                    yield last == null ? Truth.UNKNOWN : Truth.FALSE;
                }
                case Condition.Between _ -> throw new IllegalArgumentException();
            };
        }

        private Truth compare(Condition.Comparison comparison, int time) {
            int stale = steps(comparison.staleAfter());
            var series = of(comparison.series());
            Integer last = series.floorKey(time);
            if (last == null || time - last >= stale) {
                return Truth.UNKNOWN;
            }
            boolean begun = false;
            int before = Integer.MIN_VALUE / 2;
            for (var reading : series.headMap(last, true).entrySet()) {
                begun &= reading.getKey() - before < stale;
                Bound end = comparison.until().orElse(null);
                boolean over = end == null || end.holds(reading.getValue());
                begun = (begun && !over) || comparison.is().holds(reading.getValue());
                before = reading.getKey();
            }
            return Truth.of(begun);
        }

        private TreeMap<Integer, Double> of(SeriesName series) {
            return readings.computeIfAbsent(series.quantity(), q -> new TreeMap<>());
        }

        private static int steps(Duration duration) {
            return (int) (duration.toMillis() * STEPS_PER_SECOND / 1_000);
        }

        private static Truth least(Truth a, Truth b) {
            if (a == Truth.FALSE || b == Truth.FALSE) {
                return Truth.FALSE;
            }
            return a == Truth.TRUE && b == Truth.TRUE ? Truth.TRUE : Truth.UNKNOWN;
        }

        private static Truth opposite(Truth a) {
            return a == Truth.UNKNOWN ? a : Truth.of(a == Truth.FALSE);
        }
    }

    private final Map<String, TreeMap<Integer, Double>> readings = new HashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void sayWhatTheirDefinitionSays(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            follow(random, "seed " + seed + ", rule " + i);
        }
    }

    private void follow(Random random, String what) {
        readings.clear();
        String when = condition(random, 3, 2);
        RuleStage stage = RuleStage.of(when, STALE_AFTER);
        Condition condition = RuleStage.condition(when, STALE_AFTER);
        double often = random.nextDouble();
        Naive naive = new Naive(readings, new HashMap<>());
        for (int step = 0; step < SECONDS * STEPS_PER_SECOND; step++) {
            if (step % STEPS_PER_SECOND == 0 && random.nextDouble() < often) {
                String quantity = String.valueOf((char) ('a' + random.nextInt(3)));
                double value = random.nextInt(7);
                readings.computeIfAbsent(quantity, q -> new TreeMap<>()).put(step, value);
                stage.own(quantity, value);
            }
            assertThat(stage.truth())
                    .as("%s: %s at %s s", what, when, step * STEP_SECONDS)
                    .isEqualTo(naive.at(condition, step));
            // Whether time is stepped through or passed over at once must make no difference.
            if (random.nextInt(4) == 0 && step % STEPS_PER_SECOND != STEPS_PER_SECOND - 1) {
                stage.stalled(STEP_SECONDS);
                stage.settle();
            } else {
                stage.after(STEP_SECONDS);
            }
        }
    }

    private static String condition(Random random, int depth, int lastings) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return term(random);
        }
        return switch (random.nextInt(5)) {
            case 0 -> "not (" + condition(random, depth - 1, lastings) + ")";
            case 1 ->
                    lastings == 0
                            ? term(random)
                            : "("
                                    + condition(random, depth - 1, lastings - 1)
                                    + ") for "
                                    + (random.nextInt(6) * 1_000 + 250)
                                    + "ms";
            case 2, 3 ->
                    "("
                            + condition(random, depth - 1, lastings)
                            + ") and ("
                            + condition(random, depth - 1, lastings)
                            + ")";
            default ->
                    "("
                            + condition(random, depth - 1, lastings)
                            + ") or ("
                            + condition(random, depth - 1, lastings)
                            + ")";
        };
    }

    private static String term(Random random) {
        String series = "air/" + (char) ('a' + random.nextInt(3));
        int bound = 1 + random.nextInt(5);
        return switch (random.nextInt(4)) {
            case 0 -> series + " stale after " + (random.nextInt(5) * 1_000 + 500) + "ms";
            case 1 -> series + " > " + bound + " until < " + (bound - random.nextInt(3));
            case 2 -> series + " <= " + bound;
            default -> series + " > " + bound;
        };
    }
}
